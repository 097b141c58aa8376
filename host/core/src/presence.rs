//! Whether somebody is there. The directory of the host keeps it; stories, API and rows name it alike.

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Presence {
    /// There.
    #[default]
    Online,
    /// Back soon; gets no offers.
    Away,
    /// Not there.
    Offline,
}

impl Presence {
    /// Reads `online`, `away`, `offline`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "online" => Some(Self::Online),
            "away" => Some(Self::Away),
            "offline" => Some(Self::Offline),
            _ => None,
        }
    }

    /// As [`Presence::parse`] reads it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }
}
