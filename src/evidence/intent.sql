-- What audit.toml declares, as tables, so that a check asks for it like for anything else.
-- ?1 of every statement is the whole document as JSON, shaped like the file.
-- An absent list is an empty table: nothing is allowed that nobody wrote down.
-- The tables are made with the store and filled when the declaration is written.

create table if not exists intent_declared (declared integer not null) strict;      -- one row: was there an audit.toml?

create table if not exists intent_main_key (sid text primary key) strict;
insert or ignore into intent_main_key select value from json_each(?1, '$.main_keys');

create table if not exists intent_organization (sid text) strict;                   -- at most one row
insert into intent_organization select ?1 ->> '$.organization.sid' where ?1 -> '$.organization' is not null;

create table if not exists intent_allowed_domain (domain text primary key) strict;
insert or ignore into intent_allowed_domain select lower(value) from json_each(?1, '$.organization.allowed_domains');

create table if not exists intent_admin_role (role_sid text primary key) strict;
insert or ignore into intent_admin_role select value from json_each(?1, '$.organization.admin_role_sids');

create table if not exists intent_baa (                                             -- at most one row
  executed_on text, initiated_on text, expires_on text, reviewed_on text,
  counterparty text, covered_party text, reference text, document_sha256 text
) strict;
insert into intent_baa
select ?1 ->> '$.baa.executed_on', ?1 ->> '$.baa.initiated_on', ?1 ->> '$.baa.expires_on',
       ?1 ->> '$.baa.reviewed_on', ?1 ->> '$.baa.counterparty', ?1 ->> '$.baa.covered_party',
       ?1 ->> '$.baa.reference', ?1 ->> '$.baa.document_sha256'
where json_type(?1, '$.baa') = 'object';

create table if not exists intent_covered_product (name text primary key) strict;   -- as written; see view covered_product
insert or ignore into intent_covered_product select value from json_each(?1, '$.baa.covered_products');

create table if not exists intent_catalogue (eligible_list_version text, eligible_list_reviewed_on text) strict;   -- at most one row
insert into intent_catalogue
select ?1 ->> '$.catalogue.eligible_list_version', ?1 ->> '$.catalogue.eligible_list_reviewed_on'
where json_type(?1, '$.catalogue') = 'object';

create table if not exists intent_catalogue_override (
  product text, status text, reason text, evidence_sha256 text, expires_on text
) strict;
insert into intent_catalogue_override
select value ->> 'product', value ->> 'status', value ->> 'reason', value ->> 'evidence_sha256', value ->> 'expires_on'
from json_each(?1, '$.catalogue.override');

create table if not exists intent_policy (                                          -- exactly one row, defaults filled in
  key_max_age_days integer not null, key_max_age_days_phi integer not null,
  max_keys_per_account integer not null, max_keys_per_phi_account integer not null,
  max_org_admins integer not null, recording_retention_days integer not null,
  conversation_max_open_days integer not null
) strict;
insert into intent_policy
select coalesce(?1 ->> '$.policy.key_max_age_days', 365), coalesce(?1 ->> '$.policy.key_max_age_days_phi', 90),
       coalesce(?1 ->> '$.policy.max_keys_per_account', 10), coalesce(?1 ->> '$.policy.max_keys_per_phi_account', 6),
       coalesce(?1 ->> '$.policy.max_org_admins', 4), coalesce(?1 ->> '$.policy.recording_retention_days', 30),
       coalesce(?1 ->> '$.policy.conversation_max_open_days', 30);

create table if not exists intent_phi_word (word text) strict;
insert into intent_phi_word select lower(value) from json_each(?1, '$.policy.phi_words');

create table if not exists intent_phi_word_exception (phrase text) strict;
insert into intent_phi_word_exception select lower(value) from json_each(?1, '$.policy.phi_word_exceptions');

create table if not exists intent_tunnel_host (pattern text) strict;
insert into intent_tunnel_host select lower(value) from json_each(?1, '$.policy.extra_tunnel_hosts');

create table if not exists intent_allowed_country (iso_code text primary key) strict;   -- US alone when nothing is declared
insert or ignore into intent_allowed_country
select upper(value) from json_each(coalesce(?1 -> '$.telephony.allowed_countries', '["US"]'));

create table if not exists intent_high_risk_country (iso_code text primary key) strict;
insert or ignore into intent_high_risk_country select upper(value) from json_each(?1, '$.telephony.high_risk_ok');

create table if not exists intent_siem_pull (owner text, interval_hours integer, target text) strict;   -- at most one row
insert into intent_siem_pull
select ?1 ->> '$.audit.siem_pull.owner', ?1 ->> '$.audit.siem_pull.interval_hours', ?1 ->> '$.audit.siem_pull.target'
where json_type(?1, '$.audit.siem_pull') = 'object';

create table if not exists intent_allowed_network (cidr text primary key) strict;
insert or ignore into intent_allowed_network select value from json_each(?1, '$.audit.allowed_cidrs');

create table if not exists intent_change_window (change_window text primary key) strict;   -- Tue 18:00-22:00 America/New_York
insert or ignore into intent_change_window select value from json_each(?1, '$.audit.change_windows');

create table if not exists intent_batch_actor (sid text primary key) strict;
insert or ignore into intent_batch_actor select value from json_each(?1, '$.audit.batch_actors');

create table if not exists intent_change (                                          -- one row per ticket and account
  ticket text, first_day text, last_day text, account_sid text
) strict;
insert into intent_change
select c.value ->> 'ticket', c.value ->> 'from', c.value ->> 'to', a.value
from json_each(?1, '$.change') c, json_each(c.value, '$.accounts') a;

create table if not exists intent_account (
  account_sid text primary key, name text, role text, phi integer, was_phi integer, environment text,
  designated_on text, owner text, recording_allowed integer, bulk_export integer,
  transcription_engine text, transcription_model text, transcription_destination text,
  reachability_ok integer, lookups text
) strict;
insert or ignore into intent_account
select value ->> 'sid', value ->> 'name', value ->> 'role', value ->> 'phi', value ->> 'was_phi',
       value ->> 'environment', value ->> 'designated_on', value ->> 'owner', value ->> 'recording_allowed',
       value ->> 'bulk_export', value ->> '$.transcription.engine', value ->> '$.transcription.model',
       value ->> '$.transcription.destination', value ->> '$.conversations.reachability_ok', value -> 'lookups'
from json_each(?1, '$.account');

create table if not exists intent_public_path (account_sid text, path text) strict;
insert into intent_public_path
select a.value ->> 'sid', p.value from json_each(?1, '$.account') a, json_each(a.value, '$.serverless.public_ok') p;

create table if not exists intent_sync_without_phi (account_sid text, sid text) strict;
insert into intent_sync_without_phi
select a.value ->> 'sid', s.value from json_each(?1, '$.account') a, json_each(a.value, '$.sync.no_phi') s;

create table if not exists intent_product_without_phi (account_sid text, product text, reason text, expires_on text) strict;
insert into intent_product_without_phi
select a.value ->> 'sid', p.value ->> 'product', p.value ->> 'reason', p.value ->> 'expires_on'
from json_each(?1, '$.account') a, json_each(a.value, '$.no_phi_products') p;

create table if not exists intent_person (id text primary key, email text, terminated integer) strict;
insert or ignore into intent_person
select value ->> 'id', value ->> 'email', value ->> 'terminated' from json_each(?1, '$.person');

create table if not exists intent_person_user (user_sid text primary key, person text, terminated integer) strict;
insert or ignore into intent_person_user
select u.value, p.value ->> 'id', coalesce(p.value ->> 'terminated', 0)
from json_each(?1, '$.person') p, json_each(p.value, '$.twilio_user_sids') u;

create table if not exists intent_oauth_app (sid text primary key, owner text, role_sid text, created_on text) strict;
insert or ignore into intent_oauth_app
select value ->> 'sid', value ->> 'owner', value ->> 'role_sid', value ->> 'created_on'
from json_each(?1, '$.oauth_app');

create table if not exists intent_key (sid text primary key, account_sid text, owner text, purpose text) strict;
insert or ignore into intent_key
select value ->> 'sid', value ->> 'account', value ->> 'owner', value ->> 'purpose' from json_each(?1, '$.key');

create table if not exists intent_key_permission (sid text, permission text) strict;
insert into intent_key_permission
select k.value ->> 'sid', p.value from json_each(?1, '$.key') k, json_each(k.value, '$.allowed_permissions') p;

create table if not exists intent_vendor (name text primary key, baa_executed_on text, expires_on text) strict;
insert or ignore into intent_vendor
select value ->> 'name', value ->> 'baa_executed_on', value ->> 'expires_on' from json_each(?1, '$.vendor');

create table if not exists intent_vendor_host (vendor text, pattern text) strict;
insert into intent_vendor_host
select v.value ->> 'name', lower(h.value) from json_each(?1, '$.vendor') v, json_each(v.value, '$.hosts') h;

create table if not exists intent_vendor_connect_app (vendor text, sid text) strict;
insert into intent_vendor_connect_app
select v.value ->> 'name', a.value from json_each(?1, '$.vendor') v, json_each(v.value, '$.connect_app_sids') a;

create table if not exists intent_webhook_host (                                    -- one row per pattern and account
  pattern text, account_sid text, operated_by text, shared_ok integer, signature_validation integer
) strict;
insert into intent_webhook_host
select lower(h.value ->> 'pattern'), a.value, h.value ->> 'operated_by',
       h.value ->> 'shared_ok', h.value ->> 'signature_validation'
from json_each(?1, '$.webhook_host') h, json_each(h.value, '$.accounts') a;
create index if not exists intent_webhook_host_of_account on intent_webhook_host (account_sid);

create table if not exists intent_bucket (host text, owner text, kms integer, baa text) strict;
insert into intent_bucket
select lower(value ->> 'host'), value ->> 'owner', value ->> 'kms', value ->> 'baa' from json_each(?1, '$.bucket');

create table if not exists intent_stream (target text, owner text, vendor text) strict;
insert into intent_stream
select value ->> 'target', value ->> 'owner', value ->> 'vendor' from json_each(?1, '$.stream');

create table if not exists intent_sbc (host text, tls integer) strict;
insert into intent_sbc select lower(value ->> 'host'), value ->> 'tls' from json_each(?1, '$.sbc');

create table if not exists intent_credential (sid text primary key, kind text, purpose text) strict;   -- held by Twilio
insert or ignore into intent_credential
select value ->> 'sid', value ->> 'kind', value ->> 'purpose' from json_each(?1, '$.credential');

create table if not exists intent_attestation (
  id text, account_sid text, host text, value text, attested_by text, attested_on text, expires_on text,
  evidence text, evidence_sha256 text
) strict;
insert into intent_attestation
select value ->> 'id', value ->> 'account', value ->> 'host', value ->> 'value', value ->> 'by', value ->> 'on',
       value ->> 'expires_on', value ->> 'evidence', value ->> 'evidence_sha256'
from json_each(?1, '$.attestation');

create table if not exists intent_waiver (
  check_id text, resource text, account_sid text, finding_id text, as_seen text, decision text, reason text,
  equivalent_measure text, approved_by text, decided_on text, expires_on text
) strict;
insert into intent_waiver
select value ->> 'check', value ->> 'resource', value ->> 'account', value ->> 'finding', value ->> 'as_seen',
       value ->> 'decision', value ->> 'reason', value ->> 'equivalent_measure', value ->> 'approved_by', value ->> 'decided_on',
       value ->> 'expires_on'
from json_each(?1, '$.waiver');

create table if not exists intent_fixed (                                           -- what is said to be mended
  finding_id text, check_id text, account_sid text, fixed_by text, fixed_on text, reason text
) strict;
insert into intent_fixed
select value ->> 'finding', value ->> 'check', value ->> 'account', value ->> 'by', value ->> 'on', value ->> 'reason'
from json_each(?1, '$.fixed');
