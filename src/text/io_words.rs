//! The text of I/O errors.

use std::io;

/// Returns the operating system's text of an error, without the error number at its end.
pub(crate) fn io_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_the_error_number() {
        let missing = std::fs::File::open("/no/such/file").unwrap_err();
        assert!(missing.to_string().contains("os error"), "{missing}");
        assert!(!io_words(&missing).contains("os error"), "{}", io_words(&missing));
        assert_eq!(io_words(&io::Error::other("the disk is full")), "the disk is full");
    }
}
