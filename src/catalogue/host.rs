//! The subdomains of twilio.com that are read.

use super::Paging;

/// A subdomain of twilio.com.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// The 2010-04-01 API: the account is named in the path.
    Api,
    /// Conversations.
    Conversations,
    /// Event Streams.
    Events,
    /// Flex.
    FlexApi,
    /// Keys and permissions.
    Iam,
    /// Conversational Intelligence.
    Intelligence,
    /// Marketplace add-ons.
    Marketplace,
    /// Messaging services and senders.
    Messaging,
    /// Functions and Assets.
    Serverless,
    /// Studio.
    Studio,
    /// Sync.
    Sync,
    /// Elastic SIP Trunking.
    Trunking,
    /// Verify.
    Verify,
    /// Voice settings.
    Voice,
}

impl Host {
    /// The label before `.twilio.com`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Conversations => "conversations",
            Self::Events => "events",
            Self::FlexApi => "flex-api",
            Self::Iam => "iam",
            Self::Intelligence => "intelligence",
            Self::Marketplace => "marketplace",
            Self::Messaging => "messaging",
            Self::Serverless => "serverless",
            Self::Studio => "studio",
            Self::Sync => "sync",
            Self::Trunking => "trunking",
            Self::Verify => "verify",
            Self::Voice => "voice",
        }
    }

    /// The full host name.
    pub fn name(self) -> String {
        format!("{}.twilio.com", self.label())
    }

    /// How lists on this host are paged, unless an endpoint says otherwise.
    pub(super) const fn paging(self) -> Paging {
        match self {
            Self::Api => Paging::Uri,
            _ => Paging::Meta,
        }
    }

    /// Whether a parent's Auth Token reaches the subaccounts' resources here. True of the 2010 API
    /// alone; every other host answers for the account that the credential belongs to.
    /// Source: <https://www.twilio.com/docs/iam/api/subaccounts>, read 2026-11.
    pub const fn parent_token_reaches_subaccounts(self) -> bool {
        matches!(self, Self::Api)
    }
}
