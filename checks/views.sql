-- Facts that several checks share. Each view is read like a table; what a check must have read
-- follows from the tables underneath.

-- The accounts of the scan: what Twilio says of them, joined with what was declared.
-- An account that nobody declared counts as PHI until someone says otherwise.
create view account as
select s.account_sid,
       coalesce(i.name, t.friendly_name, s.account_sid) as name,
       coalesce(i.phi, 1) as phi,
       i.account_sid is not null as declared,
       coalesce(i.was_phi, i.phi, 1) as was_phi,
       coalesce(i.environment, '') as environment,
       coalesce(i.role, case when s.is_parent and s.has_subaccounts then 'management' else 'workload' end) as role,
       s.is_parent,
       s.has_subaccounts,
       coalesce(t.status, '') as status,
       coalesce(t.status, 'active') = 'active' as active,
       t.account_type,
       t.date_created,
       i.designated_on,
       coalesce(i.owner, '') as owner
from scan_account s
left join twilio_account t on t.account_sid = s.account_sid
left join intent_account i on i.account_sid = s.account_sid;
