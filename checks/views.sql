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
       coalesce(s.status, 'active') = 'active' as active,
       i.designated_on,
       coalesce(i.owner, '') as owner
from scan_account s
left join intent_account i on i.account_sid = s.account_sid;
