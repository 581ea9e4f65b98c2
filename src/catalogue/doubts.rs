//! What only a live account can settle: each doubt as one constant, with the answer that is taken until then.
//!
//! Every one of them errs towards "not read". Tests hold both answers; whoever learns the truth changes one line.
//!
//! Some doubts need no constant, because asking settles them in the scan itself: whether a Restricted key may list
//! accounts, what a suspended account answers, whether messaging geography is served, how the list of OAuth apps
//! is wrapped. There a refusal is coverage, and what cannot be understood is `failed`. The kinds of keys are told
//! by their flags in `checks/views.sql`, where an unknown flag makes an unknown kind.

/// Whether a list that answers 404 may be taken for an empty one.
///
/// Twilio does not document whether it answers 404 or an empty list where a product was never provisioned.
/// Until a live account has shown it, such a list counts as unread.
pub const LIST_NOT_FOUND_MEANS_EMPTY: bool = false;

/// Whether the 404 of a settings object that is marked so says "never configured".
///
/// Inferred from Twilio's pages on Flex, bulk exports, link shortening and video settings; not stated there.
pub const OBJECT_NOT_FOUND_MEANS_NEVER_CONFIGURED: bool = true;

/// Whether a host whose name no longer exists was retired, once Twilio's announced day has passed.
///
/// A resolver that knows only some names (as behind an allow-list) would say the same of a host that is there,
/// so this counts only for the hosts of [`super::Host::may_be_gone_from`].
pub const UNKNOWN_NAME_MEANS_RETIRED: bool = true;

/// Whether `GET iam /v1/Keys?AccountSid=` answers a parent's Auth Token about a subaccount.
///
/// Not documented. Taken for no, so subaccounts' keys come from the 2010 API, without their types.
pub const PARENT_TOKEN_LISTS_SUBACCOUNT_KEYS: bool = false;

/// Whether a parent's Main key reads the 2010 API of its subaccounts, as its Auth Token does.
///
/// Sources disagree; refusals (20003) were seen.
pub const PARENT_MAIN_KEY_REACHES_SUBACCOUNTS: bool = false;
