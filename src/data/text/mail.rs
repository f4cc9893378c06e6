//! E-mails as texts: what a reader sees of them, the sender, the subject and the body, without routes and markup.

use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use mail_parser::decoders::html::html_to_text;
use mail_parser::{Addr, Message, MessageParser};

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

/// Sender, subject and body of an e-mail as one line: of its parts the plain text, else the HTML without its markup. Letters are those of
/// the character set that the e-mail names; bytes that are none in it are replaced.
pub fn mail_text(bytes: &[u8]) -> String {
    let text = match MessageParser::default().parse(bytes) {
        Some(mail) => {
            let sender = mail.from().and_then(|senders| senders.first());
            let name = sender.and_then(Addr::name).unwrap_or_default();
            let address = sender.and_then(Addr::address).unwrap_or_default();
            format!("From {name} {address}: {}. {}", mail.subject().unwrap_or_default(), body(&mail))
        }
        // Nothing that could be a header.
        None => format!("From : . {}", String::from_utf8_lossy(bytes)),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Some e-mails have a plain text that is empty beside an HTML that is not.
fn body(mail: &Message) -> String {
    let plain: Vec<_> = (0..mail.text_body_count()).filter_map(|part| mail.body_text(part)).collect();
    let plain = plain.join(" ");
    if !plain.trim().is_empty() {
        return plain;
    }
    let marked_up = (0..mail.html_body_count()).filter_map(|part| mail.body_html(part));
    marked_up.map(|html| html_to_text(&html)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{kind, mail_text};

    #[test]
    fn a_reader_sees_the_subject_and_the_words_of_the_body() {
        let mail = b"From: =?iso-8859-1?Q?Ren=E9?= <a@b.c>\r\nSUBJECT: Save  now\r\nContent-Type: text/html; charset=iso-8859-1\r\n\
            Content-Transfer-Encoding: Quoted-Printable\r\n\r\n<html><style>b {}</style><!-- a > b --><b style=3D\"x\">up to 7=\r\n\
            0%</b>&nbsp;5 &lt; 6 &amp; more caf=E9</html>";
        assert_eq!(mail_text(mail), "From René a@b.c: Save now. up to 70% 5 < 6 & more café");
        assert_eq!(mail_text(b"Subject: only this\n"), "From : only this.");
        assert_eq!(mail_text(b""), "From : .");
    }

    #[test]
    fn of_several_parts_the_plain_text_is_read_unless_it_is_empty() {
        let mail = |plain: &str| {
            let head = "Subject: s\nContent-Type: multipart/alternative; boundary=q\n\n--q\nContent-Type: text/plain\n\n";
            format!("{head}{plain}\n--q\nContent-Type: text/html\n\n<p>marked up</p>\n--q--\n")
        };
        assert_eq!(mail_text(mail("plain").as_bytes()), "From : s. plain");
        assert_eq!(mail_text(mail(" ").as_bytes()), "From : s. marked up");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
            head in "(Content-Type: (text/html|multipart/mixed; boundary=x)\n)?(Content-Transfer-Encoding: (base64|quoted-printable)\n)?\n",
        ) {
            let text = mail_text(&[head.as_bytes(), &bytes].concat());
            proptest::prop_assert!(text.starts_with("From "));
        }
    }

    #[test]
    fn the_folder_says_whether_an_e_mail_was_wanted() {
        assert_eq!(kind("spam/00001.7848.txt"), Some(true));
        assert_eq!(kind("./mails/ham/a.txt"), Some(false));
        assert_eq!(kind("ham/README"), None);
        assert_eq!(kind("a.txt"), None);
    }
}
