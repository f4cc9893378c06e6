//! A value in every form in which a front end may show it.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::html;
use crate::plot::base64;

const PLAIN: &str = "text/plain";
const HTML: &str = "text/html";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";
const GIF: &str = "image/gif";

/// Data of one MIME type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    /// Goes to the front end as base64.
    Bytes(Vec<u8>),
}

impl Part {
    fn encoded(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Bytes(bytes) => Cow::Owned(base64::encode(bytes)),
        }
    }
}

/// The same thing in several MIME types, of which a front end takes the richest that it knows. Plain text is always among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    plain: String,
    rich: Vec<(Cow<'static, str>, Part)>,
}

impl Content {
    /// Plain text, for a terminal, a file, a search.
    pub fn text(plain: impl Into<String>) -> Self {
        Self { plain: plain.into(), rich: vec![] }
    }

    /// Also as HTML.
    pub fn html(self, html: impl Into<String>) -> Self {
        self.with(HTML, Part::Text(html.into()))
    }

    /// Also as an SVG document.
    pub fn svg(self, svg: impl Into<String>) -> Self {
        self.with(SVG, Part::Text(svg.into()))
    }

    /// Also as a PNG file.
    pub fn png(self, png: Vec<u8>) -> Self {
        self.with(PNG, Part::Bytes(png))
    }

    /// Also as a GIF file.
    pub fn gif(self, gif: Vec<u8>) -> Self {
        self.with(GIF, Part::Bytes(gif))
    }

    /// Also as any other type. A second part of the same type takes the place of the first.
    pub fn with(mut self, mime: impl Into<Cow<'static, str>>, part: Part) -> Self {
        let mime = mime.into();
        match (mime == PLAIN, part) {
            (true, Part::Text(plain)) => self.plain = plain,
            (_, part) => {
                self.rich.retain(|(known, _)| *known != mime);
                self.rich.push((mime, part));
            }
        }
        self
    }

    /// What a failure looks like in the place of what should have been shown.
    pub fn failed(error: &dyn std::error::Error) -> Self {
        Self::text(format!("cannot be shown: {error}"))
    }

    /// The plain text.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// The part of a MIME type other than `text/plain`.
    pub fn part(&self, mime: &str) -> Option<&Part> {
        self.rich.iter().find(|(known, _)| known == mime).map(|(_, part)| part)
    }

    /// Every part as text, the plain one first.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let plain = std::iter::once((PLAIN, Cow::Borrowed(self.plain.as_str())));
        plain.chain(self.rich.iter().map(|(mime, part)| (mime.as_ref(), part.encoded())))
    }

    /// The parts as Jupyter's protocol has them.
    pub(super) fn bundle(&self) -> Map<String, Value> {
        self.parts().map(|(mime, text)| (mime.to_owned(), Value::String(text.into_owned()))).collect()
    }

    /// The richest form as a piece of HTML.
    pub fn as_html(&self) -> String {
        let text = |mime| self.part(mime).map(Part::encoded);
        if let Some(html) = text(HTML).or_else(|| text(SVG)) {
            return html.into_owned();
        }
        match [PNG, GIF].into_iter().find_map(|mime| Some((mime, text(mime)?))) {
            Some((mime, data)) => html::picture(mime, &data),
            None => format!("<pre>{}</pre>", html::escape(&self.plain)),
        }
    }
}
