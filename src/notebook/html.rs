//! Pieces of HTML that look right on light and on dark ground: no colours of their own but for warnings.

use super::{Content, Show};

/// HTML that shows as it is.
///
/// ```
/// use mlbook::notebook::{Html, show};
/// show(&Html::new("<b>done</b>"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// The HTML must be well-formed; text from elsewhere needs [`Html::text`].
    pub fn new(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Any text, with `<`, `>`, `&` and quotes as they are.
    pub fn text(text: &str) -> Self {
        Self(escape(text))
    }
}

impl Show for Html {
    fn content(&self) -> Content {
        Content::text(without_tags(&self.0)).html(self.0.clone())
    }
}

/// Text as it is written in HTML.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Control characters are nothing to see, and some end the document.
            c if c.is_control() && c != '\n' && c != '\t' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A picture inside the page, from base64.
pub(super) fn picture(mime: &str, data: &str) -> String {
    format!("<img src=\"data:{mime};base64,{data}\" style=\"image-rendering:pixelated;max-width:100%\"/>")
}

/// What stands above a value: `[2, 3] · f32 · cpu`.
pub(super) fn heading(text: &str) -> String {
    format!("<div style=\"opacity:.75;margin:.3em 0\">{}</div>", escape(text))
}

/// What a browser would show of some HTML, roughly.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c))
}

#[cfg(test)]
mod tests {
    use super::{Html, Show, escape};

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("<b>&\"'\u{1b}"), "&lt;b&gt;&amp;&quot;&#39;\u{fffd}");
    }

    #[test]
    fn html_has_a_plain_text() {
        assert_eq!(Html::new("<p>1 &lt; 2</p>").content().plain(), "1 < 2");
        assert_eq!(Html::text("<i>").content().plain(), "<i>");
    }
}
