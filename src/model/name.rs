//! Names of which there are very many: those of one page are parts of one text, which saves an allocation for each.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The name of an object.
#[derive(Clone)]
pub struct Name {
    text: Arc<Box<str>>,
    from: u32,
    to: u32,
}

impl Name {
    /// Moves the names that have a text of their own into one text.
    pub(crate) fn pack<'n>(names: impl Iterator<Item = &'n mut Name>) {
        let alone: Vec<&mut Name> = names.filter(|name| name.len() == name.text.len()).collect();
        let length: usize = alone.iter().map(|name| name.len()).sum();
        if alone.len() < 2 || u32::try_from(length).is_err() {
            return;
        }
        let mut text = String::with_capacity(length);
        for name in &alone {
            text.push_str(name);
        }
        let (text, mut at) = (Arc::new(text.into_boxed_str()), 0);
        for name in alone {
            let to = at + (name.to - name.from);
            *name = Self { text: Arc::clone(&text), from: at, to };
            at = to;
        }
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        // The API server accepts no name that is longer.
        let to = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self { text: Arc::new(text.into_boxed_str()), from: 0, to }
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.text.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_names_share_one_text_and_stay_the_same() {
        let texts = ["web-0", "", "größe", "web-1"];
        let mut names = texts.map(|text| Name::from(text.to_owned()));
        Name::pack(names.iter_mut());
        assert_eq!(names.each_ref().map(|name| &**name), texts);
        assert!(Arc::ptr_eq(&names[0].text, &names[3].text));
        assert_eq!(names[0].text.len(), texts.concat().len());
        assert!(names[0] < names[3] && names[0] == Name::from("web-0".to_owned()));
        // The next page has a text of its own.
        let mut next = [Name::from("a".to_owned()), Name::from("b".to_owned())];
        let first = Arc::clone(&names[0].text);
        Name::pack(names.iter_mut().chain(&mut next));
        assert!(Arc::ptr_eq(&first, &names[0].text) && Arc::ptr_eq(&next[0].text, &next[1].text));
        assert_eq!(
            names.iter().chain(&next).map(|name| &**name).collect::<Vec<_>>().concat(),
            "web-0größeweb-1ab"
        );
    }
}
