//! A simulator and a client for it that signs in as anybody whom the estate knows.
#![allow(dead_code, reason = "each test uses some of it")]
#![expect(
    clippy::disallowed_methods,
    reason = "what the simulator answers to a token request is part of what it must get right"
)]

use reqwest::header::HeaderMap;
use serde_json::Value;
use twilio_audit::simulator::{Credential, Estate, Options, Simulator, sid};

pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    pub(crate) client: reqwest::Client,
    credentials: Vec<Credential>,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// HTTP status and Twilio's code, 0 where there is none.
    pub(crate) fn outcome(&self) -> (u16, u64) {
        (self.status, self.json()["code"].as_u64().unwrap_or_default())
    }

    /// A field of each row of a list.
    pub(crate) fn each(&self, list: &str, field: &str) -> Vec<String> {
        let rows = self.json()[list].as_array().unwrap_or_else(|| panic!("{list}: {}", self.text)).clone();
        rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
    }
}

/// Who asks.
#[derive(Clone, Copy)]
pub(crate) enum Who<'a> {
    /// The credential of this short SID in US1.
    Us1(&'a str),
    /// The credential of this short SID in another Region.
    In(&'a str, &'a str),
    /// Whoever holds this access token.
    Bearer(&'a str),
}

impl Stage {
    pub(crate) async fn new(estate: &Value, options: Options) -> Self {
        let estate = Estate::from_json(&estate.to_string()).unwrap();
        let credentials = estate.credentials();
        let simulator = Simulator::start(estate, options).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { simulator, client, credentials }
    }

    /// User name and password, or client id and secret.
    pub(crate) fn credential(&self, region: &str, short: &str) -> (String, String) {
        let found = self.credentials.iter().find(|one| one.region == region && one.user == sid(short));
        let found = found.unwrap_or_else(|| panic!("nobody is {short} in {region}"));
        (found.user.clone(), found.secret.clone())
    }

    /// Asks for `HOST/PATH`.
    pub(crate) async fn get(&self, who: Who<'_>, url: &str) -> Reply {
        let request = self.client.get(format!("{}/{url}", self.simulator.endpoint()));
        Self::reply(self.signed(who, request)).await
    }

    /// Sends a form to `HOST/PATH` with any method.
    pub(crate) async fn send(&self, who: Who<'_>, method: &str, url: &str, form: &[(&str, &str)]) -> Reply {
        Self::reply(self.signed(who, self.writing(method, url).form(form))).await
    }

    /// Sends a JSON body to `HOST/PATH` with any method.
    pub(crate) async fn send_json(&self, who: Who<'_>, method: &str, url: &str, body: &Value) -> Reply {
        Self::reply(self.signed(who, self.writing(method, url).json(body))).await
    }

    /// A request with any method, not signed yet.
    pub(crate) fn writing(&self, method: &str, url: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/{url}", self.simulator.endpoint());
        self.client.request(method.parse().unwrap(), url)
    }

    /// A request as somebody.
    pub(crate) fn signed(&self, who: Who<'_>, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match who {
            Who::Bearer(token) => request.bearer_auth(token),
            Who::Us1(short) | Who::In(_, short) => {
                let region = if let Who::In(region, _) = who { region } else { "us1" };
                let (user, secret) = self.credential(region, short);
                request.basic_auth(user, Some(secret))
            }
        }
    }

    /// Asks for an access token with this secret.
    pub(crate) async fn ask_for_token(&self, client_id: &str, secret: &str) -> Reply {
        let form = format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}");
        self.ask_for_token_with(form).await
    }

    /// Asks for an access token with this form.
    pub(crate) async fn ask_for_token_with(&self, form: String) -> Reply {
        let url = format!("{}/oauth.twilio.com/v2/token", self.simulator.endpoint());
        Self::reply(self.client.post(url).body(form)).await
    }

    /// An access token for the app with this short SID.
    pub(crate) async fn token(&self, app: &str) -> String {
        let (client_id, secret) = self.credential("us1", app);
        let reply = self.ask_for_token(&client_id, &secret).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    async fn reply(request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }
}
