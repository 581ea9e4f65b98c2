//! The subdomains of twilio.com that are read.

use jiff::civil::Date;

use super::Paging;
use crate::model::Region;

macro_rules! hosts {
    ($($(#[doc = $about:literal])* $host:ident $label:literal,)*) => {
        /// A subdomain of twilio.com.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Host {
            $($(#[doc = $about])* $host,)*
        }

        impl Host {
            /// Every subdomain, by its label.
            pub const ALL: &[Self] = &[$(Self::$host,)*];

            /// The label before `.twilio.com`.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$host => $label,)*
                }
            }
        }
    };
}

hosts! {
    /// Stored credentials and messaging geography.
    Accounts "accounts",
    /// The 2010-04-01 API: the account is named in the path.
    Api "api",
    /// AI Assistants.
    Assistants "assistants",
    /// Daily exports of messages and calls.
    BulkExports "bulkexports",
    /// Programmable Chat.
    Chat "chat",
    /// Message templates.
    Content "content",
    /// Conversations.
    Conversations "conversations",
    /// Event Streams.
    Events "events",
    /// Flex.
    FlexApi "flex-api",
    /// Keys, permissions, the Organization.
    Iam "iam",
    /// Voice Insights.
    Insights "insights",
    /// Conversational Intelligence.
    Intelligence "intelligence",
    /// Knowledge of AI Assistants.
    Knowledge "knowledge",
    /// Lookup.
    Lookups "lookups",
    /// Marketplace add-ons.
    Marketplace "marketplace",
    /// Messaging services and senders.
    Messaging "messaging",
    /// Events, alerts, alarms.
    Monitor "monitor",
    /// Notify.
    Notify "notify",
    /// Porting, hosting and regulatory papers of numbers.
    Numbers "numbers",
    /// The Organization, as Twilio's OpenAPI files have it.
    PreviewIam "preview-iam",
    /// Proxy.
    Proxy "proxy",
    /// In which Region calls are processed.
    Routes "routes",
    /// Functions and Assets.
    Serverless "serverless",
    /// Studio.
    Studio "studio",
    /// Super SIM.
    SuperSim "supersim",
    /// Sync.
    Sync "sync",
    /// TaskRouter.
    TaskRouter "taskrouter",
    /// Elastic SIP Trunking.
    Trunking "trunking",
    /// Business identity.
    TrustHub "trusthub",
    /// Verify.
    Verify "verify",
    /// Video.
    Video "video",
    /// Voice settings.
    Voice "voice",
    /// Programmable Wireless.
    Wireless "wireless",
}

impl Host {
    /// The full host name in a Region.
    pub fn name(self, region: Region) -> String {
        format!("{}{}.twilio.com", self.label(), region.infix())
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

    /// The day from which on Twilio may have taken the host out of service, where it announced one. A name that
    /// does not resolve before that day, or of a host without one, is a fault of the network, not an answer.
    pub const fn may_be_gone_from(self) -> Option<Date> {
        match self {
            // Programmable Chat: <https://www.twilio.com/docs/chat>, read 2026-11.
            Self::Chat => Some(jiff::civil::date(2022, 7, 25)),
            // Sold to KORE on 2023-06-01: <https://www.twilio.com/docs/iot>, read 2026-11.
            Self::Wireless | Self::SuperSim => Some(jiff::civil::date(2023, 6, 1)),
            // Notify: changelog of 2026-11-18.
            Self::Notify => Some(jiff::civil::date(2027, 10, 31)),
            _ => None,
        }
    }
}
