//! Functions and Assets.
//!
//! What an environment really runs stands in its build: versions, their source and the logs are not read.

use super::Host::Serverless;
use super::column::{bool, label, shape, text, time};
use super::endpoint::{list, single};
use super::kind::{Derivation, Kind};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &SERVERLESS_SERVICE,
    &SERVERLESS_ENVIRONMENT,
    &SERVERLESS_VARIABLE,
    &SERVERLESS_DEPLOYMENT,
    &SERVERLESS_BUILD,
    &SERVERLESS_FUNCTION,
    &SERVERLESS_ASSET,
    &SERVERLESS_DEPENDENCY,
];

static SERVERLESS_SERVICE: Kind =
    Kind::new("serverless_service", "functions", list(Serverless, "/v1/Services", "services")).columns(&[
        label("friendly_name"),
        label("unique_name"),
        bool("include_credentials"),
        bool("ui_editable"),
        text("domain_base"),
        time("date_updated"),
    ]);

static SERVERLESS_ENVIRONMENT: Kind = Kind::new(
    "serverless_environment",
    "functions",
    list(Serverless, "/v1/Services/{parent}/Environments", "environments").per_each("serverless_service"),
)
.columns(&[
    label("unique_name"),
    text("domain_name"),
    label("domain_suffix"),
    text("build_sid"),
    time("date_updated"),
]);

/// Names and shapes of variables. The values come over the wire in clear text; they are looked at
/// once, for their shape, and never kept.
static SERVERLESS_VARIABLE: Kind = Kind::new(
    "serverless_variable",
    "functions",
    list(Serverless, "/v1/Services/{parent.parent_sid}/Environments/{parent}/Variables", "variables")
        .per_each("serverless_environment"),
)
.columns(&[label("name").at("key"), shape("value_shape").at("value"), time("date_updated")]);

static SERVERLESS_DEPLOYMENT: Kind = Kind::new(
    "serverless_deployment",
    "functions",
    list(Serverless, "/v1/Services/{parent.parent_sid}/Environments/{parent}/Deployments", "deployments")
        .per_each("serverless_environment"),
)
.columns(&[text("build_sid"), time("date_created")]);

/// What an environment really runs.
static SERVERLESS_BUILD: Kind = Kind::new(
    "serverless_build",
    "functions",
    single(Serverless, "/v1/Services/{parent.parent_sid}/Builds/{parent.build_sid}")
        .per_each_having("serverless_environment", "build_sid"),
)
.columns(&[text("status"), text("runtime"), time("date_created")]);

static SERVERLESS_FUNCTION: Kind = Kind::derived(
    "serverless_function",
    "functions",
    "serverless_build",
    Derivation::Each("function_versions"),
)
.columns(&[label("path"), text("visibility")]);

static SERVERLESS_ASSET: Kind =
    Kind::derived("serverless_asset", "assets", "serverless_build", Derivation::Each("asset_versions"))
        .columns(&[label("path"), text("visibility")]);

/// The packages of a build, by name.
static SERVERLESS_DEPENDENCY: Kind =
    Kind::derived("serverless_dependency", "functions", "serverless_build", Derivation::Each("dependencies"))
        .identified_by(&["name"])
        .columns(&[text("version")]);
