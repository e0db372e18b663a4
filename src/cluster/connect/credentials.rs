//! Credentials, validated before the HTTP client gets them: what a header cannot contain ends the program there. Errors name
//! the field and do not repeat its value.

use http::HeaderValue;
use kube::config::AuthInfo;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;

/// The maximum size of a token file.
const LARGEST: u64 = 1 << 20;
/// The time limit of reading a token file, which may be a pipe.
const READ: Duration = Duration::from_secs(10);
/// The maximum number of groups and extra values, which are one header each.
const MOST_HEADERS: usize = 1000;

/// Prepares the credentials of a user, and refuses those that cannot be sent.
pub(super) async fn check(user: &mut AuthInfo) -> Result<(), String> {
    if let Some(provider) = &user.auth_provider {
        supported(&provider.name)?;
    }
    let basic = user.username.is_some() && user.password.is_some();
    if user.token.is_none() && user.auth_provider.is_none() && !basic {
        read_token(user).await?;
    }
    if let Some(token) = token(user) {
        // The header of the library that adds it: more than visible ASCII.
        HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| not_sendable("the token"))?;
    }
    impersonation(user)
}

/// Refuses the providers that kubectl has removed. The library runs the command of `gcp` without a time limit.
fn supported(provider: &str) -> Result<(), String> {
    match provider {
        "oidc" => Ok(()),
        "gcp" => {
            Err("the auth-provider gcp was removed from kubectl; use gke-gcloud-auth-plugin instead"
                .to_owned())
        }
        "azure" => Err("the auth-provider azure was removed from kubectl; use kubelogin instead".to_owned()),
        _ => Err("the auth-provider of the user is not supported; supported: oidc".to_owned()),
    }
}

/// Reads the token file as client-go does: the space around the token does not count.
async fn read_token(user: &mut AuthInfo) -> Result<(), String> {
    let Some(path) = user.token_file.as_ref().filter(|path| !path.is_empty()).map(PathBuf::from) else {
        user.token_file = None;
        return Ok(());
    };
    let wrong = |error: &io::Error| format!("unable to read tokenFile: {}", crate::text::io_words(error));
    let (is_file, text) = timeout(READ, tokio::task::spawn_blocking(move || read(&path)))
        .await
        .map_err(|_| format!("tokenFile was not read within {} s", READ.as_secs()))?
        .map_err(|_| "unable to read tokenFile".to_owned())?
        .map_err(|error| wrong(&error))?;
    let token = text.trim();
    if token.is_empty() {
        return Err("tokenFile is empty".to_owned());
    }
    // The library reads a file again when it may have changed, but neither trims it nor can read a pipe twice.
    if !is_file || token.len() < text.len() {
        user.token = Some(token.to_owned().into());
        user.token_file = None;
    }
    HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| not_sendable("the token of tokenFile"))?;
    Ok(())
}

fn read(path: &PathBuf) -> io::Result<(bool, String)> {
    let file = File::open(path)?;
    let is_file = file.metadata()?.is_file();
    let mut text = String::new();
    if file.take(LARGEST + 1).read_to_string(&mut text)? as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
    }
    Ok((is_file, text))
}

/// Returns the token of a user.
fn token(user: &AuthInfo) -> Option<String> {
    user.token.as_ref()?;
    let only = AuthInfo { token: user.token.clone(), ..AuthInfo::default() };
    serde_json::to_value(only).ok()?.get("token")?.as_str().map(str::to_owned)
}

fn impersonation(user: &AuthInfo) -> Result<(), String> {
    let groups = user.impersonate_groups.iter().flatten();
    let extra = user.impersonate_user_extra.iter().flatten().flat_map(|(_, values)| values);
    let fields = user.impersonate.iter().map(|name| ("as", name));
    let fields = fields.chain(user.impersonate_uid.iter().map(|uid| ("as-uid", uid)));
    let fields = fields.chain(groups.map(|group| ("as-groups", group)));
    let fields = fields.chain(extra.map(|value| ("as-user-extra", value)));
    for (number, (field, value)) in fields.enumerate() {
        if number >= MOST_HEADERS {
            return Err(format!("more than {MOST_HEADERS} groups and extra values to impersonate"));
        }
        HeaderValue::from_str(value).map_err(|_| not_sendable(field))?;
    }
    Ok(())
}

fn not_sendable(field: &str) -> String {
    format!("{field} contains a line break or another character that is not allowed in an HTTP header")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    async fn checked(user: Value) -> Result<AuthInfo, String> {
        let mut user: AuthInfo = serde_json::from_value(user).unwrap();
        check(&mut user).await.map(|()| user)
    }

    #[tokio::test]
    async fn what_no_header_can_contain_is_refused_without_repeating_it() {
        let many: Vec<&str> = vec!["hush"; 40_000];
        for (user, field) in [
            (json!({ "token": "hush\n" }), "the token contains"),
            (json!({ "token": "hush\nInjected: x" }), "the token contains"),
            (json!({ "token": "hu\u{0}sh" }), "the token contains"),
            (json!({ "token": "hush\u{7f}" }), "the token contains"),
            (json!({ "token": "hush\r\n" }), "the token contains"),
            (json!({ "as": "hush\n" }), "as contains"),
            (json!({ "as": "a", "as-uid": "hush\r" }), "as-uid contains"),
            (json!({ "as": "a", "as-groups": ["a", "hush\u{1b}"] }), "as-groups contains"),
            (json!({ "as": "a", "as-groups": many }), "more than 1000 groups"),
            (json!({ "as": "a", "as-user-extra": { "k": ["hush\n"] } }), "as-user-extra contains"),
            (
                json!({ "auth-provider": { "name": "hush" } }),
                "the auth-provider of the user is not supported",
            ),
            (
                json!({ "auth-provider": { "name": "gcp", "config": { "cmd-path": "hush" } } }),
                "the auth-provider gcp",
            ),
            (json!({ "auth-provider": { "name": "azure" } }), "the auth-provider azure"),
            (json!({ "tokenFile": "/nonexistent/hush" }), "unable to read tokenFile: No such file"),
        ] {
            let error = checked(user).await.unwrap_err();
            assert!(error.starts_with(field) && !error.contains("hush"), "{error}");
        }
        for good in [json!({}), json!({ "token": "tök\u{a0}en" }), json!({ "as": "jürgen" })] {
            checked(good.clone()).await.unwrap_or_else(|error| panic!("{good}: {error}"));
        }
    }

    #[tokio::test]
    async fn a_token_file_is_trimmed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let written = async |text: &str| {
            std::fs::write(&path, text).unwrap();
            checked(json!({ "tokenFile": path })).await.map(|user| (token(&user), user.token_file.is_some()))
        };
        assert_eq!(written("t0k3n").await, Ok((None, true)), "the library reads it again");
        for text in ["t0k3n\n", "\r\n t0k3n \r\n\n"] {
            assert_eq!(written(text).await, Ok((Some("t0k3n".to_owned()), false)));
        }
        assert_eq!(written(" \n").await, Err("tokenFile is empty".to_owned()));
        let refused = "the token of tokenFile contains a line break or another character that is not allowed in an \
                       HTTP header";
        assert_eq!(written("t0k\n3n\n").await, Err(refused.to_owned()));
        assert_eq!(written("t0k\n3n").await, Err(refused.to_owned()));
        let large = "t".repeat(2 << 20);
        assert_eq!(written(&large).await, Err("unable to read tokenFile: larger than 1 MiB".to_owned()));
    }
}
