//! The cell at the cursor: its tokens, its own variables, and what is known about their names.

use super::brackets::{behind_angles, closing};
use super::lex::{Kind, Token};
use super::receiver;

/// A variable that the cell itself defines.
#[derive(Clone, Debug)]
pub struct Local<'a> {
    pub name: &'a str,
    /// The first token after which it can be used.
    pub from: usize,
    pub origin: Origin,
}

/// Where a variable's type comes from; ranges of tokens.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// `: Type`
    Declared {
        start: usize,
        end: usize,
    },
    /// `= value`, taken apart on the way.
    Value {
        start: usize,
        end: usize,
        parts: Vec<Part>,
    },
    /// `self`: the type behind `impl`.
    Receiver {
        start: usize,
        end: usize,
    },
    Unknown,
}

/// A step from a value to what a pattern binds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// A position in a tuple.
    At(usize),
    /// What a loop goes through, or what is in `Some`, `Ok`.
    Inside,
    /// What is in `Err`.
    Error,
}

/// The variables that can be seen at the end of `tokens`.
pub fn locals<'a>(tokens: &[Token<'a>]) -> Vec<Local<'a>> {
    let mut reader = Reader { tokens, found: Vec::new(), blocks: Vec::new(), head: None };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.step(at);
    }
    reader.found
}

pub struct Reader<'t, 'a> {
    pub tokens: &'t [Token<'a>],
    pub found: Vec<Local<'a>>,
    blocks: Vec<Block>,
    /// The head of a block that has yet to begin.
    head: Option<Block>,
}

/// A block that is open.
#[derive(Clone, Copy)]
struct Block {
    /// How many variables there were before it.
    before: usize,
    /// The tokens of what is matched in it.
    matched: Option<(usize, usize)>,
}

impl<'a> Reader<'_, 'a> {
    pub fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn step(&mut self, at: usize) -> usize {
        match self.text(at) {
            "{" => {
                let plain = Block { before: self.found.len(), matched: None };
                self.blocks.push(self.head.take().unwrap_or(plain));
            }
            "}" => {
                let before = self.blocks.pop().map_or(0, |block| block.before);
                self.found.truncate(before);
            }
            ";" => self.head = None,
            "match" => {
                let end = self.until(at + 1, &["{", ";"]);
                self.begin_head(Some((at + 1, end)));
            }
            "=>" => {
                if let Some((start, end)) = self.blocks.last().and_then(|block| block.matched) {
                    self.read_arm(at, (start, end));
                }
            }
            "let" => self.read_let(at + 1),
            "for" => self.read_for(at + 1),
            "impl" => self.read_impl(at + 1),
            "fn" => self.read_function(at + 1),
            "|" if self.opens_closure(at) => return self.read_closure(at + 1),
            _ => {}
        }
        at + 1
    }

    /// What is found from here on belongs to the next block.
    fn begin_head(&mut self, matched: Option<(usize, usize)>) {
        let before = self.head.map_or(self.found.len(), |head| head.before);
        self.head = Some(Block { before, matched });
    }

    /// `let pattern: Type = value`, also behind `if` and `while`.
    fn read_let(&mut self, start: usize) {
        let pattern_end = self.until(start, &[":", "=", ";"]);
        let mut value = pattern_end;
        let mut declared = Origin::Unknown;
        if self.text(pattern_end) == ":" {
            let end = self.until(pattern_end + 1, &["=", ";"]);
            declared = Origin::Declared { start: pattern_end + 1, end };
            value = end;
        }
        let is_condition = start >= 2 && matches!(self.text(start - 2), "if" | "while");
        let stops: &[&str] = if is_condition { &["{", ";", "&&"] } else { &[";", "else"] };
        let end = self.until(value + 1, stops);
        if declared == Origin::Unknown && self.text(value) == "=" {
            declared = Origin::Value { start: value + 1, end, parts: Vec::new() };
        }
        if is_condition {
            self.begin_head(None);
        }
        let from = if is_condition { end } else { end.max(value) };
        self.bind(start, pattern_end, &declared, from);
    }

    fn read_for(&mut self, start: usize) {
        // Not `for<'a>` and not `impl A for B`.
        let pattern_end = self.until(start, &["in", "{", ";"]);
        if self.text(pattern_end) != "in" {
            return;
        }
        let end = self.until(pattern_end + 1, &["{"]);
        self.begin_head(None);
        let origin = Origin::Value { start: pattern_end + 1, end, parts: vec![Part::Inside] };
        self.bind(start, pattern_end, &origin, end);
    }

    /// `self` within `impl Type` and `impl Trait for Type`.
    fn read_impl(&mut self, mut start: usize) {
        if self.text(start) == "<" {
            start = self.behind_angles(start);
        }
        let end = self.until(start, &["{", "where", ";"]);
        let start = (start..end).find(|at| self.text(*at) == "for").map_or(start, |at| at + 1);
        // An argument `x: impl Trait` has no block.
        if self.text(end) == "{" || self.text(end) == "where" {
            self.begin_head(None);
            let origin = Origin::Receiver { start, end };
            self.found.push(Local { name: "self", from: end, origin: origin.clone() });
            self.found.push(Local { name: "Self", from: end, origin });
        }
    }

    fn read_function(&mut self, name: usize) {
        let mut open = name + 1;
        if self.text(open) == "<" {
            open = self.behind_angles(open);
        }
        if self.text(open) != "(" {
            return;
        }
        let close = self.closing(open);
        self.begin_head(None);
        self.read_parameters(open + 1, close, close, &|_| Origin::Unknown);
    }

    /// `a: A, b` in a function's or a closure's head.
    fn read_parameters(&mut self, start: usize, end: usize, from: usize, untyped: &dyn Fn(usize) -> Origin) {
        let (mut at, mut number) = (start, 0);
        while at < end {
            let next = self.until(at, &[","]).min(end);
            let colon = self.until(at, &[":", ","]).min(next);
            let origin = match self.text(colon) {
                ":" if colon < next => Origin::Declared { start: colon + 1, end: next },
                _ => untyped(number),
            };
            if (at..colon).all(|at| self.text(at) != "self") {
                self.bind(at, colon, &origin, from);
            }
            (at, number) = (next + 1, number + 1);
        }
    }

    fn opens_closure(&self, at: usize) -> bool {
        at == 0 || matches!(self.text(at - 1), "(" | "," | "=" | "move" | "{" | ";" | "return")
    }

    /// In `items.map(|x| …)` x is what is in `items`.
    fn read_closure(&mut self, start: usize) -> usize {
        let Some(end) = (start..self.tokens.len()).find(|at| self.text(*at) == "|") else { return start };
        let call = (0..start).rev().find(|at| self.text(*at) == "(").unwrap_or(0);
        let is_method = call >= 2 && self.text(call - 2) == ".";
        let method = self.text(call.saturating_sub(1));
        let receiver = receiver::start(self.tokens, call.saturating_sub(2));
        let whole = |number: usize| {
            let is_item = number == usize::from(matches!(method, "fold" | "scan")) || method.contains("by");
            match is_method && is_item && method != "unwrap_or_else" {
                true => Origin::Value { start: receiver, end: call - 2, parts: vec![Part::Inside] },
                false => Origin::Unknown,
            }
        };
        self.read_parameters(start, end, end, &whole);
        end + 1
    }

    /// The next of `stops` outside brackets, or the end of what surrounds `at`.
    pub fn until(&self, mut at: usize, stops: &[&str]) -> usize {
        while at < self.tokens.len() {
            let token = self.tokens[at];
            if stops.contains(&token.text) {
                return at;
            }
            match (token.kind, token.text) {
                (Kind::Open, _) => at = self.closing(at),
                (Kind::Close, _) => return at,
                (_, "<") if stops.contains(&",") => at = self.behind_angles(at).saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// The bracket that closes the one at `at`.
    fn closing(&self, at: usize) -> usize {
        closing(self.tokens, at)
    }

    fn behind_angles(&self, at: usize) -> usize {
        behind_angles(self.tokens, at)
    }
}
