-- Facts that several checks share. Each view is read like a table; what a check must have read
-- follows from the tables underneath.

-- The accounts of the scan, joined with what was declared of them. What only Twilio knows (type, dates)
-- stands in twilio_account: whoever needs it must have read it.
-- An account that nobody declared counts as PHI until someone says otherwise.
create temp view account as
select s.account_sid,
       coalesce(i.name, s.name, s.account_sid) as name,
       coalesce(i.phi, 1) as phi,
       i.account_sid is not null as declared,
       coalesce(i.was_phi, i.phi, 1) as was_phi,
       coalesce(i.environment, '') as environment,
       coalesce(i.role, iif(s.is_parent and s.has_subaccounts, 'management', 'workload')) as role,
       s.is_parent,
       s.is_root,
       s.has_subaccounts,
       coalesce(s.status, '') as status,
       coalesce(s.status, 'active') not in ('suspended', 'closed') as active,
       i.designated_on,
       coalesce(i.owner, '') as owner
from scan_account s
left join intent_account i on i.account_sid = s.account_sid;

-- The account at the top of the tree, or, where that was not seen, the one that stands for it.
create temp view root as
select * from account where is_root;

-- Every address that Twilio sends data to, one row per field that holds one. `live` is 0 where another
-- setting takes the field's place; such a URL comes alive when that setting is removed. What overrides
-- a number can only be known where it was read: an unread override leaves the URL live, and so does a
-- messaging service that does not say whether it overrides. A Conversations address that makes conversations
-- by itself takes the messages of its number.
-- Of the address of a usage trigger only scheme and host are known. `is_sip` tells the addresses that are
-- called by SIP: they are hosts like the others, but nothing is posted to them.
-- The method is null where Twilio's answer has none, and the product's default applies.
create temp view webhook as
with number_in_service as materialized (
  select distinct n.account_sid, n.sid
  from messaging_service_phone_number n
  join messaging_service s on s.account_sid = n.account_sid and s.sid = n.parent_sid
  where s.use_inbound_webhook_on_number = 0
),
addressed as materialized (
  select distinct account_sid, address_hash from conversation_address
  where auto_creation_enabled and lower(address_type) in ('sms', 'mms')
),
wired_number as (
  select n.*,
         coalesce(trunk_sid, '') = '' and coalesce(voice_application_sid, '') = ''
           and coalesce(voice_receive_mode, '') <> 'fax' as voice_live,
         coalesce(sms_application_sid, '') = '' and s.sid is null and d.address_hash is null as sms_live
  from phone_number n
  left join number_in_service s on s.account_sid = n.account_sid and s.sid = n.sid
  left join addressed d on d.account_sid = n.account_sid and d.address_hash = n.phone_number_hash
),
field (account_sid, resource_type, resource_sid, resource_name, field, url, method, product, live) as (
  select account_sid, 'phone_number', sid, friendly_name, 'voice_url', voice_url, voice_method, 'voice', voice_live from wired_number
  union all select account_sid, 'phone_number', sid, friendly_name, 'voice_fallback_url', voice_fallback_url, voice_fallback_method, 'voice', voice_live from wired_number
  union all select account_sid, 'phone_number', sid, friendly_name, 'status_callback', status_callback, status_callback_method, 'voice', voice_live from wired_number
  union all select account_sid, 'phone_number', sid, friendly_name, 'sms_url', sms_url, sms_method, 'sms', sms_live from wired_number
  union all select account_sid, 'phone_number', sid, friendly_name, 'sms_fallback_url', sms_fallback_url, sms_fallback_method, 'sms', sms_live from wired_number
  union all select account_sid, 'twiml_app', sid, friendly_name, 'voice_url', voice_url, voice_method, 'voice', 1 from twiml_app
  union all select account_sid, 'twiml_app', sid, friendly_name, 'voice_fallback_url', voice_fallback_url, voice_fallback_method, 'voice', 1 from twiml_app
  union all select account_sid, 'twiml_app', sid, friendly_name, 'status_callback', status_callback, status_callback_method, 'voice', 1 from twiml_app
  union all select account_sid, 'twiml_app', sid, friendly_name, 'sms_url', sms_url, sms_method, 'sms', 1 from twiml_app
  union all select account_sid, 'twiml_app', sid, friendly_name, 'sms_fallback_url', sms_fallback_url, sms_fallback_method, 'sms', 1 from twiml_app
  union all select account_sid, 'twiml_app', sid, friendly_name, 'sms_status_callback', sms_status_callback, null, 'sms', 1 from twiml_app
  union all select account_sid, 'twiml_app', sid, friendly_name, 'message_status_callback', message_status_callback, null, 'sms', 1 from twiml_app
  union all select account_sid, 'short_code', sid, friendly_name, 'sms_url', sms_url, sms_method, 'short_code', 1 from short_code
  union all select account_sid, 'short_code', sid, friendly_name, 'sms_fallback_url', sms_fallback_url, sms_fallback_method, 'short_code', 1 from short_code
  union all select account_sid, 'sip_domain', sid, friendly_name, 'voice_url', voice_url, voice_method, 'sip_interface', 1 from sip_domain
  union all select account_sid, 'sip_domain', sid, friendly_name, 'voice_fallback_url', voice_fallback_url, voice_fallback_method, 'sip_interface', 1 from sip_domain
  union all select account_sid, 'sip_domain', sid, friendly_name, 'voice_status_callback_url', voice_status_callback_url, voice_status_callback_method, 'sip_interface', 1 from sip_domain
  union all select account_sid, 'byoc_trunk', sid, friendly_name, 'voice_url', voice_url, voice_method, 'byoc', 1 from byoc_trunk
  union all select account_sid, 'byoc_trunk', sid, friendly_name, 'voice_fallback_url', voice_fallback_url, voice_fallback_method, 'byoc', 1 from byoc_trunk
  union all select account_sid, 'byoc_trunk', sid, friendly_name, 'status_callback_url', status_callback_url, status_callback_method, 'byoc', 1 from byoc_trunk
  union all select account_sid, 'connection_policy_target', sid, friendly_name, 'target', target, null, 'byoc', coalesce(enabled, 1) from connection_policy_target
  union all select account_sid, 'connect_app', sid, friendly_name, 'authorize_redirect_url', authorize_redirect_url, null, 'account', 1 from connect_app
  union all select account_sid, 'connect_app', sid, friendly_name, 'deauthorize_callback_url', deauthorize_callback_url, deauthorize_callback_method, 'account', 1 from connect_app
  union all select account_sid, 'usage_trigger', sid, friendly_name, 'callback_url', callback_scheme || '://' || callback_host, callback_method, 'account', 1 from usage_trigger
  union all select account_sid, 'porting_webhook', sid, null, 'port_in_target_url', port_in_target_url, null, 'phone_numbers', 1 from porting_webhook
  union all select account_sid, 'porting_webhook', sid, null, 'port_out_target_url', port_out_target_url, null, 'phone_numbers', 1 from porting_webhook
  union all select account_sid, 'regulatory_bundle', sid, null, 'status_callback', status_callback, null, 'trust_hub', 1 from regulatory_bundle
  union all select account_sid, 'customer_profile', sid, friendly_name, 'status_callback', status_callback, null, 'trust_hub', 1 from customer_profile
  union all select account_sid, 'trust_product', sid, friendly_name, 'status_callback', status_callback, null, 'trust_hub', 1 from trust_product
  union all select account_sid, 'messaging_service', sid, friendly_name, 'inbound_request_url', inbound_request_url, inbound_method, 'messaging_services', coalesce(use_inbound_webhook_on_number, 0) = 0 from messaging_service
  union all select account_sid, 'messaging_service', sid, friendly_name, 'fallback_url', fallback_url, fallback_method, 'messaging_services', coalesce(use_inbound_webhook_on_number, 0) = 0 from messaging_service
  union all select account_sid, 'messaging_service', sid, friendly_name, 'status_callback', status_callback, null, 'messaging_services', 1 from messaging_service
  union all select account_sid, 'link_shortening_config', sid, null, 'fallback_url', fallback_url, null, 'link_shortening', 1 from link_shortening_config
  union all select account_sid, 'link_shortening_config', sid, null, 'callback_url', callback_url, null, 'link_shortening', 1 from link_shortening_config
  union all select account_sid, 'verify_webhook', sid, friendly_name, 'webhook_url', webhook_url, webhook_method, 'verify', coalesce(status, '') <> 'disabled' from verify_webhook
  union all select account_sid, 'whatsapp_sender', sid, sender_id, 'callback_url', callback_url, callback_method, 'whatsapp', 1 from whatsapp_sender
  union all select account_sid, 'whatsapp_sender', sid, sender_id, 'fallback_url', fallback_url, fallback_method, 'whatsapp', 1 from whatsapp_sender
  union all select account_sid, 'whatsapp_sender', sid, sender_id, 'status_callback_url', status_callback_url, status_callback_method, 'whatsapp', 1 from whatsapp_sender
  union all select account_sid, 'rcs_sender', sid, sender_id, 'callback_url', callback_url, callback_method, 'rcs', 1 from rcs_sender
  union all select account_sid, 'rcs_sender', sid, sender_id, 'fallback_url', fallback_url, fallback_method, 'rcs', 1 from rcs_sender
  union all select account_sid, 'rcs_sender', sid, sender_id, 'status_callback_url', status_callback_url, status_callback_method, 'rcs', 1 from rcs_sender
  union all select account_sid, 'conversation_address', sid, address, 'webhook_url', webhook_url, webhook_method, 'conversations', coalesce(auto_creation_enabled, 1) from conversation_address
  union all select account_sid, 'conversation_webhook', sid, null, 'pre_webhook_url', pre_webhook_url, method, 'conversations', 1 from conversation_webhook
  union all select account_sid, 'conversation_webhook', sid, null, 'post_webhook_url', post_webhook_url, method, 'conversations', 1 from conversation_webhook
  union all select account_sid, 'conversation_service_webhook', sid, null, 'pre_webhook_url', pre_webhook_url, method, 'conversations', 1 from conversation_service_webhook
  union all select account_sid, 'conversation_service_webhook', sid, null, 'post_webhook_url', post_webhook_url, method, 'conversations', 1 from conversation_service_webhook
  union all select account_sid, 'chat_service', sid, friendly_name, 'pre_webhook_url', pre_webhook_url, webhook_method, 'programmable_chat', 1 from chat_service
  union all select account_sid, 'chat_service', sid, friendly_name, 'post_webhook_url', post_webhook_url, webhook_method, 'programmable_chat', 1 from chat_service
  union all select account_sid, 'sync_service', sid, friendly_name, 'webhook_url', webhook_url, null, 'sync', 1 from sync_service
  union all select account_sid, 'notify_service', sid, friendly_name, 'delivery_callback_url', delivery_callback_url, null, 'notify', coalesce(delivery_callback_enabled, 1) from notify_service
  union all select account_sid, 'proxy_service', sid, unique_name, 'callback_url', callback_url, null, 'proxy', 1 from proxy_service
  union all select account_sid, 'proxy_service', sid, unique_name, 'intercept_callback_url', intercept_callback_url, null, 'proxy', 1 from proxy_service
  union all select account_sid, 'proxy_service', sid, unique_name, 'out_of_session_callback_url', out_of_session_callback_url, null, 'proxy', 1 from proxy_service
  union all select account_sid, 'video_room', sid, null, 'status_callback', status_callback, status_callback_method, 'video', coalesce(status, '') <> 'completed' from video_room
  union all select account_sid, 'composition_hook', sid, null, 'status_callback', status_callback, status_callback_method, 'video_compositions', coalesce(enabled, 1) from composition_hook
  union all select account_sid, 'trunk', sid, friendly_name, 'disaster_recovery_url', disaster_recovery_url, disaster_recovery_method, 'elastic_sip_trunking', 1 from trunk
  union all select account_sid, 'trunk_origination_url', sid, friendly_name, 'sip_url', sip_url, null, 'elastic_sip_trunking', coalesce(enabled, 1) from trunk_origination_url
  union all select account_sid, 'event_sink', sid, description, 'destination', destination, method, 'event_streams', 1 from event_sink
  union all select account_sid, 'bulk_export', sid, null, 'webhook_url', webhook_url, webhook_method, 'bulk_export', coalesce(enabled, 1) from bulk_export
  union all select account_sid, 'monitor_alarm', sid, friendly_name, 'webhook', webhook, null, 'monitor', coalesce(enabled, 1) from monitor_alarm
  union all select account_sid, 'intelligence_service', sid, friendly_name, 'webhook_url', webhook_url, webhook_http_method, 'conversational_intelligence_classic', 1 from intelligence_service
  union all select account_sid, 'flex_flow', sid, friendly_name, 'integration_url', integration_url, null, 'flex', coalesce(enabled, 1) from flex_flow
  union all select account_sid, 'flex_configuration', sid, 'Flex', 'call_recording_webhook_url', call_recording_webhook_url, null, 'flex', coalesce(call_recording_enabled, 1) from flex_configuration
  union all select account_sid, 'flex_configuration', sid, 'Flex', 'crm_callback_url', crm_callback_url, null, 'flex', coalesce(crm_enabled, 1) from flex_configuration
  union all select account_sid, 'flex_configuration', sid, 'Flex', 'crm_fallback_url', crm_fallback_url, null, 'flex', coalesce(crm_enabled, 1) from flex_configuration
  union all select account_sid, 'flex_configuration', sid, 'Flex', 'flex_url', flex_url, null, 'flex', 1 from flex_configuration
  union all select account_sid, 'taskrouter_workspace', sid, friendly_name, 'event_callback_url', event_callback_url, null, 'taskrouter', 1 from taskrouter_workspace
  union all select account_sid, 'taskrouter_workflow', sid, friendly_name, 'assignment_callback_url', assignment_callback_url, null, 'taskrouter', 1 from taskrouter_workflow
  union all select account_sid, 'taskrouter_workflow', sid, friendly_name, 'fallback_assignment_callback_url', fallback_assignment_callback_url, null, 'taskrouter', 1 from taskrouter_workflow
  union all select account_sid, 'wireless_sim', sid, coalesce(nullif(friendly_name, ''), unique_name), 'commands_callback_url', commands_callback_url, commands_callback_method, 'wireless', 1 from wireless_sim
  union all select account_sid, 'wireless_sim', sid, coalesce(nullif(friendly_name, ''), unique_name), 'sms_url', sms_url, sms_method, 'wireless', 1 from wireless_sim
  union all select account_sid, 'wireless_sim', sid, coalesce(nullif(friendly_name, ''), unique_name), 'sms_fallback_url', sms_fallback_url, sms_fallback_method, 'wireless', 1 from wireless_sim
  union all select account_sid, 'wireless_sim', sid, coalesce(nullif(friendly_name, ''), unique_name), 'voice_url', voice_url, voice_method, 'wireless', 1 from wireless_sim
  union all select account_sid, 'wireless_sim', sid, coalesce(nullif(friendly_name, ''), unique_name), 'voice_fallback_url', voice_fallback_url, voice_fallback_method, 'wireless', 1 from wireless_sim
  union all select account_sid, 'super_sim_fleet', sid, unique_name, 'sms_commands_url', sms_commands_url, sms_commands_method, 'wireless', 1 from super_sim_fleet
  union all select account_sid, 'super_sim_fleet', sid, unique_name, 'ip_commands_url', ip_commands_url, ip_commands_method, 'wireless', 1 from super_sim_fleet
  union all select u.account_sid, 'studio_flow', u.parent_sid, f.friendly_name, u.sid, u.url, u.method, 'studio', 1
  from studio_url u left join studio_flow f on f.account_sid = u.account_sid and f.sid = u.parent_sid
)
select account_sid, resource_type, resource_sid, coalesce(nullif(resource_name, ''), resource_sid) as resource_name,
       field, url, url_scheme(url) as scheme, url_host(url) as host, host_class(url) as host_class,
       upper(nullif(method, '')) as method, product, live,
       resource_type in ('trunk_origination_url', 'connection_policy_target') as is_sip,
       url_path(url) as url_path, url_canonical(url) as url_canonical, url_fragment(url) as url_fragment,
       url_secret(url) as url_secret, url_has_userinfo(url) as url_has_userinfo
from field
where url <> '';

-- Listings that were tried and not read to their end: where a row is missing, nothing follows from it.
create temp view unread as
select distinct account_sid, resource_type from coverage where status not in ('complete', 'absent');

-- Vendors whose own business associate agreement is in force, by the hosts they run.
create temp view vendor_under_baa as
select h.pattern, h.vendor
from intent_vendor_host h join intent_vendor v on v.name = h.vendor
where days_since(v.baa_executed_on) >= 0 and coalesce(days_until(v.expires_on), 0) >= 0;

-- Usage rows that say something was used. Twilio lists every category, used or not.
create temp view usage as
select account_sid, sid as category, usage_product(sid) as product, count, usage, price
from usage_record
where coalesce(count, 0) <> 0 or coalesce(usage, 0) <> 0 or coalesce(price, 0) <> 0;

-- Products in use that send to addresses which are not all among the kinds that are read (those of single
-- conversations and channels stand with their content): what the view `webhook` shows is then not all. Signs
-- are usage and those kinds that `webhook` reads anyway.
create temp view unread_surface as
with surface (product, title) as (
  values ('conversations', 'Conversations'),
         ('programmable_chat', 'Programmable Chat')
),
sign (account_sid, product) as (
  select account_sid, product from usage
  union select account_sid, 'conversations' from conversation_address
)
select g.account_sid, s.product, s.title
from sign g join surface s on s.product = g.product;

-- Senders of other channels in the pools of messaging services. The type names the channel where it is
-- set, and else the prefix of the sender's address; null where neither tells.
create temp view pool_sender as
select account_sid, parent_sid as service_sid, sid, sender,
       lower(coalesce(nullif(trim(sender_type), ''), channel)) as channel
from messaging_service_channel_sender;

-- Which products an account uses, one row per sign of it: what was billed, what is there, and what
-- something else leads to. `idle` is 1 where the product is there without usage in the last 30 days,
-- null where nothing tells: the account has no usage rows, or no usage category belongs to the product.
-- What only arises by use (a recording, a room) is never idle, whatever was billed for it.
-- What Twilio makes by itself is no sign: the default service of Conversations, the operators that come with
-- Conversational Intelligence, the TOTP issuer of a Verify service, roles, settings at rest. Push credentials
-- are shared by Conversations, Chat and Notify, and an alarm or an alert is Twilio's, so they are none either.
-- Chat and Conversations show the same services; only one that Conversations does not list is Chat's.
create temp view product_in_use as
with metered_account as materialized (select distinct account_sid from usage_record),
used as materialized (select distinct account_sid, product from usage),
trace (account_sid, product, sid) as (
  select account_sid, 'voice_recordings', sid from recording
  union all select account_sid, iif(room_type in ('peer-to-peer', 'go'), 'video_p2p', 'video'), sid from video_room
  union all select account_sid, 'video_recordings', sid from video_recording
  union all select account_sid, 'video_compositions', sid from video_composition
  union all select account_sid, 'flex_webchat_2', sid from flex_web_channel
),
number_sign (account_sid, product, source, sid) as (
  select account_sid, 'phone_numbers', 'resource', sid from phone_number
  union all select account_sid, 'toll_free', 'resource', sid from phone_number
    where toll_free and (coalesce(sms_capable, 1) or mms_capable)
  union all select account_sid, 'voice', 'route', sid from phone_number
    where voice_url <> '' or voice_application_sid <> '' or trunk_sid <> ''
  union all select account_sid, 'sms', 'route', sid from phone_number
    where sms_url <> '' or sms_application_sid <> ''
  union all select account_sid, 'fax', 'route', sid from phone_number where voice_receive_mode = 'fax'
),
other_sign (account_sid, product, source, sid) as (
  select account_sid, 'twiml_bins', 'route', resource_sid from webhook
    where host = 'handler.twilio.com'
  union all select account_sid, 'voice', 'resource', sid from twiml_app
  union all select account_sid, 'short_code', 'resource', sid from short_code
  union all select account_sid, 'sip_interface', 'resource', sid from sip_domain
  union all select account_sid, 'byoc', 'route', sid from sip_domain where byoc_trunk_sid <> ''
  union all select account_sid, 'byoc', 'resource', sid from byoc_trunk
  union all select account_sid, 'byoc', 'resource', sid from connection_policy
  union all select account_sid, 'emergency_calling', 'route', sid from sip_domain where emergency_calling_enabled
  union all select account_sid, 'emergency_calling', 'resource', sid from address where emergency_enabled
  union all select account_sid, 'voice_insights', 'resource', sid from voice_insights_setting where advanced_features
  union all select account_sid, 'elastic_sip_trunking', 'resource', sid from trunk
  union all select account_sid, 'voice_recordings', 'route', parent_sid from trunk_recording
    where coalesce(mode, '') <> 'do-not-record'
  union all select account_sid, 'conversational_intelligence_classic', 'resource', sid from intelligence_service
  union all select account_sid, 'messaging_services', 'resource', sid from messaging_service
  union all select account_sid, 'short_code', 'resource', sid from messaging_service_short_code
  union all select account_sid, 'alphanumeric_sender', 'resource', sid from messaging_service_alpha_sender
  union all select account_sid, 'alphanumeric_sender', 'resource', sid from messaging_service_destination_alpha_sender
  union all select account_sid, 'link_shortening', 'resource', sid from link_shortening_domain
  union all select account_sid, 'link_shortening', 'resource', sid from link_shortening_config
  union all select account_sid, 'content_api', 'resource', sid from content_template
  union all select account_sid,
    case when channel like '%whatsapp%' then 'whatsapp' when channel like '%rcs%' then 'rcs'
         when channel like '%messenger%' then 'facebook_messenger' else 'other_channels' end,
    'resource', sid from pool_sender
  union all select account_sid, 'whatsapp', 'resource', sid from whatsapp_sender
  union all select account_sid, 'rcs', 'resource', sid from rcs_sender
  union all select account_sid, 'conversations', 'resource', sid from conversation_address
  union all select account_sid,
    case address_type when 'whatsapp' then 'whatsapp' when 'rcs' then 'rcs' when 'email' then 'email'
                      when 'messenger' then 'facebook_messenger' else 'other_channels' end,
    'route', sid from conversation_address where address_type not in ('sms', 'mms', 'chat')
  union all select s.account_sid, 'conversations', 'resource', s.sid from conversation_service s
    left join conversation_setting c on c.account_sid = s.account_sid
    where s.sid <> coalesce(c.default_chat_service_sid, '')
  union all select account_sid, 'conversations', 'route', resource_sid from webhook
    where resource_type in ('conversation_webhook', 'conversation_service_webhook')
  union all select c.account_sid, 'programmable_chat', 'resource', c.sid from chat_service c
    left join conversation_service s on s.account_sid = c.account_sid and s.sid = c.sid
    where s.sid is null
      and c.account_sid not in (select account_sid from unread where resource_type = 'conversation_service')
  union all select account_sid, 'notify', 'resource', sid from notify_service
  union all select account_sid, 'facebook_messenger', 'route', sid from notify_service where facebook_messenger_page_set
  union all select account_sid, 'other_channels', 'route', sid from notify_service where alexa_skill_set
  union all select account_sid, 'proxy', 'resource', sid from proxy_service
  union all select account_sid, 'verify', 'resource', sid from verify_service
  union all select account_sid, 'verify_push', 'route', sid from verify_service
    where push_apn_credential_sid <> '' or push_fcm_credential_sid <> ''
  union all select account_sid, 'lookup', 'route', sid from verify_service where lookup_enabled
  union all select account_sid, 'verify_whatsapp', 'route', sid from verify_service
    where whatsapp_service_sid <> '' or whatsapp_from_set
  union all select account_sid, 'verify_passkeys', 'route', sid from verify_service where passkeys_set
  union all select account_sid, 'sync', 'resource', sid from sync_service
  union all select account_sid, 'event_streams', 'resource', sid from event_sink
  union all select account_sid, 'segment_destinations', 'route', sid from event_sink where sink_type = 'segment'
  union all select account_sid, 'bulk_export', 'resource', sid from bulk_export where coalesce(enabled, 1)
  union all select account_sid, 'video_recordings', 'route', sid from video_room where record_participants_on_connect
  union all select account_sid, 'video_compositions', 'resource', sid from composition_hook where coalesce(enabled, 1)
  union all select account_sid, 'flex', 'resource', sid from flex_flow where coalesce(enabled, 1)
  union all select account_sid, 'flex', 'resource', sid from flex_status where status in ('active', 'in-progress')
  union all select account_sid, 'flex', 'resource', sid from flex_configuration
    where coalesce(status, '') <> 'notstarted'
  union all select account_sid, 'flex_insights', 'route', sid from flex_configuration where flex_insights_hr_set
  union all select account_sid, 'voice_recordings', 'route', sid from flex_configuration where call_recording_enabled
  union all select account_sid, 'taskrouter', 'resource', sid from taskrouter_workspace
  union all select account_sid, 'ai_assistants', 'resource', sid from assistant
  union all select account_sid, 'ai_assistants', 'resource', sid from assistant_tool
  union all select account_sid, 'ai_assistants', 'resource', sid from assistant_knowledge
  union all select account_sid, 'enterprise_knowledge', 'resource', sid from knowledge_source
  union all select account_sid, 'wireless', 'resource', sid from wireless_sim
  union all select account_sid, 'wireless', 'resource', sid from super_sim
  union all select account_sid, 'wireless', 'resource', sid from super_sim_fleet
  union all select account_sid,
    case channel_type when 'whatsapp' then 'whatsapp' when 'facebook' then 'facebook_messenger'
                      when 'email' then 'email' else 'other_channels' end,
    'route', sid from flex_flow
    where channel_type not in ('web', 'sms', 'chat', 'custom') and coalesce(enabled, 1)
  union all select account_sid, 'studio', 'resource', sid from studio_flow
  union all select account_sid, 'voice_recordings', 'route', parent_sid from studio_widget where records
  union all select account_sid, 'native_transcription', 'route', parent_sid from studio_widget where transcribes
  union all select account_sid,
    case when widget_type like 'connect-virtual-agent%' then 'virtual_agent'
         when widget_type like '%conversation-relay%' then 'conversation_relay'
         when widget_type like '%profile%' then 'conversation_memory'
         when widget_type like '%autopilot%' then 'autopilot'
         when widget_type like 'fork-stream%' then 'media_streams'
         when widget_type = 'capture-payments' then 'pay'
         when widget_type = 'send-to-flex' then 'flex'
         when widget_type = 'run-function' then 'functions'
         when widget_type = 'record-voicemail' then 'voice_recordings' end,
    'route', parent_sid from studio_widget
  union all select account_sid, 'functions', 'resource', sid from serverless_service
  union all select account_sid, 'assets', 'resource', sid from serverless_asset
  union all select account_sid, 'marketplace_addons', 'resource', sid from installed_add_on
  union all select account_sid, 'marketplace_addons', 'route', parent_sid from phone_number_add_on
),
-- Numbers are many, and each is a sign once; of the others some are named by several resources.
sign as (
  select * from number_sign
  union all
  select distinct * from other_sign where product is not null
)
select account_sid, product, 'usage' as source, 'usage:' || category as evidence, 0 as idle
from usage
where product not in ('_infrastructure', '_edition_signal')
union all
select account_sid, product, 'resource', 'resource:' || sid, 0 from trace
union all
select s.account_sid, s.product, s.source, s.source || ':' || s.sid,
       iif(m.account_sid is null or p.product is null, null, u.product is null)
from sign s
left join metered_account m on m.account_sid = s.account_sid
left join metered_product p on p.product = s.product
left join used u on u.account_sid = s.account_sid and u.product = s.product;

-- The same, one row per product of an account, with the number of signs and five of them at most. `name` is the
-- usage category where no product is known for it. `idle` is 1 where no sign tells of use.
create temp view product_use as
select account_sid, product, iif(product = '_unmapped', replace(thing, 'usage:', ''), product) as name,
       min(coalesce(idle, 0)) as idle, count(*) as signs,
       group_concat(iif(place <= 5, evidence, null), ', ' order by place) as samples
from (
  select *, iif(product = '_unmapped', evidence, '') as thing,
         row_number() over (
           partition by account_sid, product, iif(product = '_unmapped', evidence, '') order by source desc, evidence
         ) as place
  from product_in_use
)
group by account_sid, product, thing;

-- The products that the declared BAA covers. A name is a product's id as it stands, or else a title or
-- a name for several products, in any case.
create temp view covered_product as
select p.id as product from baa_product p join intent_covered_product c on c.name = p.id
union
select a.product
from product_alias a join intent_covered_product c on a.alias = lower(trim(c.name))
where c.name not in (select id from baa_product);

-- What makes calls, and with them recordings, possible in an account: one row per sign. Whether a call is
-- recorded is often decided by TwiML that nobody can read, so it is calls that count.
create temp view voice_sign as
select account_sid, 'phone_number:' || sid as sign from phone_number where coalesce(voice_capable, 1)
union all select account_sid, 'sip_domain:' || sid from sip_domain
union all select account_sid, 'trunk:' || sid from trunk
union all select account_sid, 'recording:' || sid from recording
union all select account_sid, 'usage:' || category from usage
  where product in ('voice', 'voice_client_sdk', 'voice_conference', 'voice_recordings', 'sip_interface',
                    'elastic_sip_trunking', 'byoc', 'conversation_relay', 'virtual_agent');

-- What holds of a product: what Twilio's list says, unless a declared override says otherwise. An override
-- counts with the hash of its evidence and until its end.
create temp view product_status as
with override as (
  select product, status, max(expires_on) as until
  from intent_catalogue_override
  where evidence_sha256 <> '' and days_until(expires_on) >= 0
  group by product
)
select p.id as product, p.title, coalesce(o.status, p.status) as status, p.condition,
       nullif(p.conflict, '') as conflict, o.until as override_until
from baa_product p left join override o on o.product = p.id;

-- API keys with their type, their policy, and who is said to own them. `restricted` and `key_type` are
-- null where the answers that were read do not tell: the 2010 list has no flags.
create temp view key as
select k.account_sid, k.sid, coalesce(nullif(k.friendly_name, ''), k.sid) as friendly_name,
       k.date_created, k.date_updated, k.flags,
       case when p.restricted or k.flags like '%"restricted"%' then 1
            when p.restricted = 0 or k.flags like '%"rest_api"%' or k.flags like '%"manage_%' then 0 end as restricted,
       p.permissions,
       case when p.restricted or k.flags like '%"restricted"%' then 'restricted'
            when k.flags like '%"manage_accounts"%' or k.flags like '%"manage_keys"%' then 'main'
            when k.flags like '%"rest_api"%' then 'standard' end as key_type,
       i.owner, i.purpose, i.sid is not null as declared,
       k.sid in (select sid from intent_main_key) as declared_main
from api_key k
left join api_key_policy p on p.account_sid = k.account_sid and p.parent_sid = k.sid
left join intent_key i on i.sid = k.sid;

-- What people attested, with the reason why an attestation does not count, if it does not.
create temp view attestation as
with aged as (
  select a.*, r.id as known, r.scope, r.max_age_days, days_since(a.attested_on) as age_days,
         days_until(a.expires_on) as days_left
  from intent_attestation a left join attestation_rule r on r.id = a.id
),
judged as (
  select *,
    case when known is null then 'is not an attestation that any check asks for'
         when coalesce(attested_by, '') = '' then 'is signed by nobody'
         when coalesce(attested_on, '') = '' then 'has no date'
         when age_days is null then 'has a date that cannot be read'
         when age_days < 0 then 'is dated in the future'
         when scope = 'account' and coalesce(account_sid, '') = '' then 'names no account'
         when scope = 'webhook_host' and coalesce(host, '') = '' then 'names no host'
         when coalesce(evidence_sha256, '') = '' then 'has no hash of its evidence'
         when coalesce(expires_on, '') <> '' and days_left is null then 'has an end that cannot be read'
         when days_left < 0 then 'ended on ' || expires_on
         when age_days > max_age_days then 'is older than ' || max_age_days || ' days' end as problem
  from aged
)
select id, scope, account_sid, host, value, attested_by, attested_on, expires_on, evidence, evidence_sha256,
       max_age_days, age_days, min(max_age_days - age_days, coalesce(days_left, max_age_days - age_days)) as days_left,
       problem is null as valid, problem
from judged;
