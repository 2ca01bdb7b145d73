//! Colours of labels (`workflows.md`, section 6): a fixed palette, so that each can be told apart in light and in dark.

/// A colour of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelColor {
    /// For labels that are not to stand out; never chosen from a name.
    Grey,
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Teal.
    Teal,
    /// Blue.
    Blue,
    /// Purple.
    Purple,
    /// Pink.
    Pink,
}

impl LabelColor {
    /// All of them; grey first.
    pub const ALL: [Self; 9] =
        [Self::Grey, Self::Red, Self::Orange, Self::Yellow, Self::Green, Self::Teal, Self::Blue, Self::Purple, Self::Pink];

    /// The colour that a label has unless somebody chose another: it follows from its name, so it is the same in all suites.
    #[must_use]
    pub fn of_name(label: &str) -> Self {
        // FNV-1a: few names, and it must not change.
        let hash = label.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let [_, colors @ ..] = Self::ALL;
        usize::try_from(hash).ok().and_then(|hash| colors.get(hash % colors.len()).copied()).unwrap_or(Self::Grey)
    }

    /// The word used on disk, on the wire and as a class of pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Pink => "pink",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|color| color.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back() {
        for color in LabelColor::ALL {
            assert_eq!(LabelColor::from_word(color.as_str()), Some(color));
        }
        assert_eq!(LabelColor::from_word("Red"), None);
    }

    #[test]
    fn names_have_colours_that_stay_and_use_the_whole_palette() {
        assert_eq!(LabelColor::of_name("flaky"), LabelColor::of_name("flaky"));
        let mut seen: Vec<LabelColor> = (0..200).map(|number| LabelColor::of_name(&format!("label-{number}"))).collect();
        seen.sort_by_key(|color| color.as_str());
        seen.dedup();
        assert_eq!((seen.len(), seen.contains(&LabelColor::Grey)), (8, false));
    }
}
