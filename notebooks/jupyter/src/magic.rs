//! Words for the kernel at the beginning of a cell: `:device webgpu`, `:time`, `:vars`. Others that begin with a colon are evcxr's.

/// Our magics, each with what it does.
pub const MAGICS: [(&str, &str); 3] = [
    (
        ":device",
        "Choose the session's device, or ask for it: `:device webgpu`, `:device cpu`, `:device ndarray`, `:device`",
    ),
    (":time", "On the first line of a cell: say how long it took to compile and to run"),
    (":vars", "List the variables: type, and shape and device of tensors"),
];

/// A cell with its magics read.
#[derive(Debug, Default, PartialEq)]
pub struct Magics {
    /// `:device NAME`, or none to be told which it is.
    pub device: Option<Option<String>>,
    pub time: bool,
    pub vars: bool,
    /// The cell without them; its lines keep their numbers.
    pub code: String,
}

/// Takes our magics out of a cell.
pub fn read(cell: &str) -> Magics {
    let mut magics = Magics::default();
    let mut code = Vec::new();
    let mut only_magics_yet = true;
    for line in cell.lines() {
        let mut words = line.split_whitespace();
        let mut taken = only_magics_yet;
        match words.next() {
            Some(":device") if only_magics_yet => magics.device = Some(words.next().map(str::to_owned)),
            Some(":time") if only_magics_yet => magics.time = true,
            Some(":vars") if only_magics_yet => magics.vars = true,
            None => taken = false,
            Some(_) => {
                only_magics_yet = false;
                taken = false;
            }
        }
        code.push(if taken { "" } else { line });
    }
    magics.code = code.join("\n");
    magics
}

#[cfg(test)]
mod tests {
    use super::{Magics, read};

    #[test]
    fn magics_are_taken_out_and_lines_keep_their_numbers() {
        let expected = Magics {
            device: Some(Some("webgpu".to_owned())),
            time: true,
            vars: false,
            code: "\n\nlet x = 1;".to_owned(),
        };
        assert_eq!(read(":time\n:device webgpu\nlet x = 1;"), expected);
    }

    #[test]
    fn a_colon_further_down_is_code_and_other_words_are_evcxr_s() {
        assert_eq!(read("let x\n:vars").code, "let x\n:vars");
        assert_eq!(read(":help"), Magics { code: ":help".to_owned(), ..Magics::default() });
    }
}
