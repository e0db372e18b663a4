use super::*;
use crate::wire::{
    Condition, Container, ContainerStatus, Endpoint, EnvVar, HttpRouteRule, IngressRule, Kind, Listener,
    Object, ServicePort, TemplateContainer, Volume, Webhook,
};

/// Returns a field of a protobuf message.
fn part(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag << 3 | 2];
    prost::encoding::encode_varint(content.len() as u64, &mut bytes);
    bytes.extend(content);
    bytes
}

#[test]
fn a_tag_is_read_from_the_attributes_of_prost() {
    assert_eq!(tag("string, tag = \"3\""), 3);
    assert_eq!(tag("message, repeated, tag = \"38\""), 38);
    assert_eq!(tag("btree_map = \"string, string\", tag = \"11\""), 11);
}

/// The largest elements of lists, in bytes.
#[test]
fn the_limits_are_those_of_the_largest_element() {
    let largest = [
        size_of::<Container>(),
        size_of::<ContainerStatus>(),
        size_of::<TemplateContainer>(),
        size_of::<Condition>(),
        size_of::<EnvVar>(),
        size_of::<Volume>(),
        size_of::<Webhook>(),
        size_of::<Endpoint>(),
        size_of::<Listener>(),
        size_of::<HttpRouteRule>(),
        size_of::<IngressRule>(),
        size_of::<ServicePort>(),
    ];
    let largest = largest.into_iter().max().unwrap();
    assert!(largest <= STRUCT, "{largest}");
    // An element has at least two bytes.
    assert!(SMALL / 2 * 2 * largest <= MOST, "{largest}");
}

#[test]
fn empty_elements_are_counted_with_their_size() {
    // A pod whose status has a million containers of two bytes each.
    let statuses: Vec<u8> = std::iter::repeat_n([8 << 3 | 2, 0], 1_000_000).flatten().collect();
    let pod = part(3, &statuses);
    assert!(Object::is_too_large(Kind::Pod, &pod));
    assert_eq!(too_large(1).to_string(), "1 object needs more than 16 MiB of memory");
    // Bytes that are no message are an error of the decoder.
    assert!(!Object::is_too_large(Kind::Pod, &pod[..pod.len() - 1]));
    assert!(Object::decode(Kind::Pod, &pod[..pod.len() - 1]).is_err());
}

#[test]
fn large_objects_of_usual_shape_are_read() {
    // The most that etcd accepts: a pod with a container of 30,000 variables.
    let variable = part(7, &[part(1, b"JAVA_OPTS"), part(2, &[b'x'; 40])].concat());
    let container = part(2, &variable.repeat(30_000));
    let pod = [part(1, &part(1, b"web")), part(2, &container)].concat();
    assert!(pod.len() > 1_400_000, "{}", pod.len());
    assert!(!Object::is_too_large(Kind::Pod, &pod));
    let Object::Pod(pod) = Object::decode(Kind::Pod, &pod).unwrap() else { panic!() };
    assert_eq!(pod.metadata.name, "web");
}

#[test]
fn every_kind_counts_all_its_texts() {
    for kind in Kind::ALL {
        let Some(bytes) = Object::filled(kind, "sixteen letters.").encode() else { continue };
        let texts = bytes.windows(16).filter(|window| window == b"sixteen letters.").count();
        let size = Object::decoded_size(kind, &bytes);
        // Annotations and the data of a Secret have limits of their own.
        assert!(size >= texts * 16, "{}: {size} for {texts} texts", kind.name());
    }
}

#[test]
fn an_object_of_json_is_counted_before_it_is_read() {
    let pod = |count: usize| {
        let statuses = vec![serde_json::json!({}); count];
        serde_json::json!({ "metadata": { "name": "web" }, "status": { "containerStatuses": statuses } })
    };
    assert!(Object::from_value(Kind::Pod, pod(10_000)).is_ok());
    let error = Object::from_value(Kind::Pod, pod(100_000)).unwrap_err();
    assert_eq!(error.to_string(), "1 object needs more than 16 MiB of memory");
}
