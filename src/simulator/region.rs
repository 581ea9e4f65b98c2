//! Twilio's Regions and the host names that lead to them. Knows no account.

use serde::Deserialize;

/// A home of data of its own. An estate may name all but the first, where everything is by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Region {
    #[serde(skip)]
    Us1,
    Ie1,
    Au1,
    Jp1,
}

impl Region {
    pub(super) const ALL: [Self; 4] = [Self::Us1, Self::Ie1, Self::Au1, Self::Jp1];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Us1 => "us1",
            Self::Ie1 => "ie1",
            Self::Au1 => "au1",
            Self::Jp1 => "jp1",
        }
    }

    /// What stands between a product and `.twilio.com`.
    pub(super) const fn infix(self) -> &'static str {
        match self {
            Self::Us1 => "",
            Self::Ie1 => ".dublin.ie1",
            Self::Au1 => ".sydney.au1",
            Self::Jp1 => ".tokyo.jp1",
        }
    }

    /// Product and Region of a host without its `.twilio.com`. `None` for a name that leads nowhere, as one
    /// without an edge (`api.ie1`) does since 2026-04-28:
    /// <https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region>.
    pub(super) fn of_host(host: &str) -> Option<(&str, Self)> {
        let (product, _) = host.split_once('.').unwrap_or((host, ""));
        let infix = &host[product.len()..];
        Self::ALL.into_iter().find(|region| region.infix() == infix).map(|region| (product, region))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_product_and_a_region_or_leads_nowhere() {
        assert_eq!(Region::of_host("api"), Some(("api", Region::Us1)));
        assert_eq!(Region::of_host("flex-api.sydney.au1"), Some(("flex-api", Region::Au1)));
        assert_eq!(Region::of_host("api.ie1"), None);
        assert_eq!(Region::of_host("api.sydney.ie1"), None);
        assert_eq!(Region::of_host("api.dublin.ie1.more"), None);
    }
}
