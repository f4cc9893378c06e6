//! Elements of organic chemistry.

use std::fmt;

/// A chemical element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element {
    H,
    Li,
    B,
    C,
    N,
    O,
    F,
    Na,
    Mg,
    Si,
    P,
    S,
    Cl,
    K,
    Ca,
    Zn,
    As,
    Se,
    Br,
    I,
}

impl Element {
    /// All that are known here, by atomic number.
    pub const ALL: [Self; 20] = [
        Self::H,
        Self::Li,
        Self::B,
        Self::C,
        Self::N,
        Self::O,
        Self::F,
        Self::Na,
        Self::Mg,
        Self::Si,
        Self::P,
        Self::S,
        Self::Cl,
        Self::K,
        Self::Ca,
        Self::Zn,
        Self::As,
        Self::Se,
        Self::Br,
        Self::I,
    ];

    /// The element of a symbol such as `Cl`.
    pub fn of_symbol(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|element| element.symbol() == symbol)
    }

    /// Its symbol.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::H => "H",
            Self::Li => "Li",
            Self::B => "B",
            Self::C => "C",
            Self::N => "N",
            Self::O => "O",
            Self::F => "F",
            Self::Na => "Na",
            Self::Mg => "Mg",
            Self::Si => "Si",
            Self::P => "P",
            Self::S => "S",
            Self::Cl => "Cl",
            Self::K => "K",
            Self::Ca => "Ca",
            Self::Zn => "Zn",
            Self::As => "As",
            Self::Se => "Se",
            Self::Br => "Br",
            Self::I => "I",
        }
    }

    /// Protons in its nucleus.
    pub fn atomic_number(self) -> u8 {
        match self {
            Self::H => 1,
            Self::Li => 3,
            Self::B => 5,
            Self::C => 6,
            Self::N => 7,
            Self::O => 8,
            Self::F => 9,
            Self::Na => 11,
            Self::Mg => 12,
            Self::Si => 14,
            Self::P => 15,
            Self::S => 16,
            Self::Cl => 17,
            Self::K => 19,
            Self::Ca => 20,
            Self::Zn => 30,
            Self::As => 33,
            Self::Se => 34,
            Self::Br => 35,
            Self::I => 53,
        }
    }

    /// The valence it usually has.
    pub fn valence(self) -> i32 {
        match self {
            Self::H | Self::Li | Self::Na | Self::K | Self::F | Self::Cl | Self::Br | Self::I => 1,
            Self::O | Self::S | Self::Se | Self::Mg | Self::Ca | Self::Zn => 2,
            Self::B | Self::N | Self::P | Self::As => 3,
            Self::C | Self::Si => 4,
        }
    }

    /// Electrons in its outer shell.
    pub fn outer_electrons(self) -> i32 {
        match self {
            Self::H | Self::Li | Self::Na | Self::K => 1,
            Self::Mg | Self::Ca | Self::Zn => 2,
            Self::B => 3,
            Self::C | Self::Si => 4,
            Self::N | Self::P | Self::As => 5,
            Self::O | Self::S | Self::Se => 6,
            Self::F | Self::Cl | Self::Br | Self::I => 7,
        }
    }

    /// Whether it draws electrons from `other`: it stands further to the right, or higher in the same column.
    pub fn is_more_electronegative_than(self, other: Self) -> bool {
        let (here, there) = (self.outer_electrons(), other.outer_electrons());
        here > there || here == there && self.atomic_number() < other.atomic_number()
    }

    /// The usual valence of the element `charge` places before this one: N⁺ binds as C does.
    pub(crate) fn valence_with_charge(self, charge: i8) -> i32 {
        let number = i32::from(self.atomic_number()) - i32::from(charge);
        let like = Self::ALL.into_iter().find(|element| i32::from(element.atomic_number()) == number);
        like.map_or(0, Self::valence)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}
