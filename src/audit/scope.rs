//! Which accounts a check judges.

use serde::Deserialize;

use crate::model::ScannedAccount;

/// Which accounts a check judges. Rows about other accounts are left out, so a query need not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Active accounts that carry PHI or that nobody declared.
    Phi,
    /// Active subaccounts that carry PHI or that nobody declared.
    PhiSubaccounts,
    /// The same, and the parent while any active account carries PHI: what is wrong there reaches them all.
    PhiAndParent,
    /// Active accounts that are declared free of PHI.
    WithoutPhi,
    /// All active accounts.
    All,
    /// The organization, judged once, on the parent (or, where that was not seen, another account).
    Organization,
    /// The organization, while any account of the tree carries PHI.
    OrganizationOfPhi,
    /// The parent.
    Parent,
    /// The parent, while any account of the tree carries PHI.
    ParentOfPhi,
    /// Suspended and closed accounts.
    Inactive,
    /// All accounts, active or not.
    Every,
}

/// What decides whether an account is in scope.
#[derive(Debug, Clone)]
pub(super) struct AccountFacts {
    pub(super) account_sid: String,
    pub(super) name: String,
    pub(super) phi: bool,
    pub(super) declared: bool,
    pub(super) active: bool,
    pub(super) is_parent: bool,
    pub(super) is_root: bool,
    pub(super) environment: String,
    pub(super) owner: String,
    pub(super) status: String,
}

impl Scope {
    /// The accounts that are judged, for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Phi => "active accounts that carry PHI or that nobody declared",
            Self::PhiSubaccounts => "active subaccounts that carry PHI or that nobody declared",
            Self::PhiAndParent => {
                "active accounts that carry PHI or that nobody declared, and the parent while there is any"
            }
            Self::WithoutPhi => "active accounts that are declared free of PHI",
            Self::All => "all active accounts",
            Self::Organization => "the organization, once",
            Self::OrganizationOfPhi => "the organization, once, while any account carries PHI",
            Self::Parent => "the parent",
            Self::ParentOfPhi => "the parent, while any account carries PHI",
            Self::Inactive => "suspended and closed accounts",
            Self::Every => "all accounts, active or not",
        }
    }

    /// Whether an account is judged; `any_phi` says whether any active account of the tree carries PHI.
    pub(super) const fn holds(self, account: &AccountFacts, any_phi: bool) -> bool {
        match self {
            Self::Phi => account.active && account.phi,
            Self::PhiAndParent => account.active && (account.phi || (account.is_parent && any_phi)),
            Self::PhiSubaccounts => account.active && account.phi && !account.is_parent,
            Self::WithoutPhi => account.active && !account.phi,
            Self::All => account.active,
            Self::Organization => account.is_root,
            Self::OrganizationOfPhi => account.is_root && any_phi,
            Self::Parent => account.is_parent,
            Self::ParentOfPhi => account.is_parent && any_phi,
            Self::Inactive => !account.active,
            Self::Every => true,
        }
    }

    /// Whether what it says of the parent counts for every PHI account of the tree: a wide-open parent is
    /// everybody's, while a rule for PHI accounts speaks of the account alone.
    pub const fn speaks_for_the_tree(self) -> bool {
        !matches!(self, Self::Phi | Self::PhiSubaccounts | Self::WithoutPhi | Self::Inactive)
    }

    /// Whether it can judge nothing while the parent is out of sight.
    pub(super) const fn needs_the_parent(self) -> bool {
        matches!(self, Self::Parent | Self::ParentOfPhi)
    }

    /// Whether it also judges accounts that are declared free of PHI, in which a fault is milder.
    pub(super) const fn includes_accounts_without_phi(self) -> bool {
        matches!(self, Self::All | Self::Every | Self::Inactive)
    }
}

impl AccountFacts {
    /// The account as the reports show it, without a verdict.
    pub(super) fn to_scanned(&self) -> ScannedAccount {
        ScannedAccount {
            account_sid: self.account_sid.clone(),
            account_name: self.name.clone(),
            phi: self.phi,
            declared: self.declared,
            environment: self.environment.clone(),
            status: self.status.clone(),
            active: self.active,
            is_parent: self.is_parent,
            verdict: None,
            blockers_failed: 0,
            blockers_undecided: 0,
            blockers_accepted: 0,
        }
    }
}
