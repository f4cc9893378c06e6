//! E-mails as texts: what a reader sees of them, the sender, the subject and the body, without routes and markup.

use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::files::{self, FileError};

/// The most bytes of an e-mail, and of all that a tarball unpacks to.
const LONGEST: u64 = 1 << 20;
const MOST_BYTES: u64 = 200 << 20;

/// E-mails that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: cut short or damaged after {mails} e-mails ({problem}). Get the file again.", path.display())]
    Cut { path: PathBuf, mails: usize, problem: String },
    #[error("{}: no e-mails in {missing}; they must be called ham/NAME.txt and spam/NAME.txt.", path.display())]
    NoMails { path: PathBuf, missing: &'static str },
}

/// An e-mail, and whether nobody wanted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub text: String,
    pub spam: bool,
}

/// Reads the tarball of the set `spam`: `ham/*.txt` and `spam/*.txt`. Nothing is written to the disk.
///
/// # Errors
/// A file that cannot be read, a tarball that is damaged, or one without e-mails of both kinds.
pub fn read_mails(path: &Path) -> Result<Vec<Mail>, MailError> {
    let gzip = MultiGzDecoder::new(BufReader::new(files::open(path)?));
    let mut archive = tar::Archive::new(gzip.take(MOST_BYTES));
    let mut mails: Vec<(String, Mail)> = Vec::new();
    let cut = |mails: usize, error: std::io::Error| MailError::Cut {
        path: path.to_path_buf(),
        mails,
        problem: error.to_string(),
    };
    for entry in archive.entries().map_err(|error| cut(0, error))? {
        let entry = entry.map_err(|error| cut(mails.len(), error))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(spam) = kind(&name) else { continue };
        let mut bytes = Vec::new();
        entry.take(LONGEST).read_to_end(&mut bytes).map_err(|error| cut(mails.len(), error))?;
        mails.push((name, Mail { text: mail_text(&bytes), spam }));
    }
    for (spam, missing) in [(false, "ham"), (true, "spam")] {
        if !mails.iter().any(|(_, mail)| mail.spam == spam) {
            return Err(MailError::NoMails { path: path.to_path_buf(), missing });
        }
    }
    mails.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(mails.into_iter().map(|(_, mail)| mail).collect())
}

fn kind(name: &str) -> Option<bool> {
    let (folder, file) = name.rsplit_once('/')?;
    let is_mail = Path::new(file).extension().is_some_and(|ending| ending == "txt");
    match folder.rsplit('/').next()? {
        "ham" if is_mail => Some(false),
        "spam" if is_mail => Some(true),
        _ => None,
    }
}

/// Sender, subject and body of an e-mail as one line; of HTML what stands between the tags. Bytes that are no text are replaced.
pub fn mail_text(bytes: &[u8]) -> String {
    let mail = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let without_head = mail.strip_prefix('\n').map(|body| ("", body));
    let (head, body) = without_head.or_else(|| mail.split_once("\n\n")).unwrap_or((&mail, ""));
    let field = |name: &str| {
        head.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let body = match field("Content-Transfer-Encoding") {
        Some(how) if how.eq_ignore_ascii_case("quoted-printable") => unquoted(body),
        _ => body.to_owned(),
    };
    let [from, subject] = ["From", "Subject"].map(|name| field(name).unwrap_or_default());
    let text = format!("From {from}: {subject}. {}", without_tags(&body));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// RFC 2045, section 6.7: `=3D` is `=`, and a line that ends in `=` goes on.
fn unquoted(body: &str) -> String {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match (byte, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'=', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            (b'=', None) if after.first() == Some(&b'\n') => rest = &after[1..],
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn without_tags(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let end = if after.starts_with("!--") { "-->" } else { ">" };
        match after.split_once(end).filter(|_| is_tag) {
            Some((_, behind)) => {
                text.push(' ');
                rest = behind;
            }
            None => {
                text.push('<');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    let marks = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    marks.iter().fold(text, |text, (mark, character)| text.replace(mark, character))
}

#[cfg(test)]
mod tests {
    use super::{kind, mail_text};

    #[test]
    fn a_reader_sees_the_subject_and_the_words_of_the_body() {
        let mail = b"From: a@b.c\r\nSUBJECT: Save  now\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n<html><!-- a > b -->\
            <b style=3D\"x\">up to 7=\r\n0%</b>&nbsp;5 < 6 &amp; more caf=E9</html>";
        assert_eq!(mail_text(mail), "From a@b.c: Save now. up to 70% 5 < 6 & more caf\u{fffd}");
        assert_eq!(mail_text(b"Subject: only this"), "From : only this.");
        assert_eq!(mail_text(b"\n\xff\xfe = =Z"), "From : . \u{fffd}\u{fffd} = =Z");
        assert_eq!(mail_text(b""), "From : .");
    }

    #[test]
    fn the_folder_says_whether_an_e_mail_was_wanted() {
        assert_eq!(kind("spam/00001.7848.txt"), Some(true));
        assert_eq!(kind("./mails/ham/a.txt"), Some(false));
        assert_eq!(kind("ham/README"), None);
        assert_eq!(kind("a.txt"), None);
    }
}
