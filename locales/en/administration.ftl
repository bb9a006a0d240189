# The company itself, its branches, members and roles.

module-administration = Administration

company = Company
company-many = Company details
company-new = Company details
company-empty = Every company has its details from the day it is founded.
company-name = Company name
field-phone = Phone
field-email = E-mail
field-country = Country
field-time_zone = Time zone
field-weekend = Week-end
choice-weekend-fri_sat = Friday and Saturday
choice-weekend-sat_sun = Saturday and Sunday
choice-weekend-thu_fri = Thursday and Friday
choice-weekend-fri = Friday
choice-weekend-sun = Sunday
field-fiscal_start = Financial year starts (month-day)
refuse-fiscal-start = This is not a day that every year has. Write month and day, such as 01-01 or 07-01.
field-tax_rounding = VAT is rounded
choice-tax_rounding-document = on the total of each rate
choice-tax_rounding-line = on each line
field-over_delivery = Over-delivery tolerance
refuse-time-zone = This is not the name of a time zone. Write one such as Asia/Riyadh or Africa/Cairo.

branch = Branch
branch-many = Branches
branch-new = New branch
branch-empty = A branch keeps its own documents. People can be limited to theirs.
field-branch = Branch

member = Member
member-many = Members
member-new = Invite a member
member-empty = Invite the people you work with and give each a role.
member-role = Role
member-customer = Customer
member-user_id = Account
state-active = Active
state-blocked = Blocked
member-state-invited = Invited
member-action-block = Block
member-action-unblock = Let in again
member-action-join = Accept the invitation
member-view-invited = Invited
member-view-blocked = Blocked
member-invitation = Send this link to { $email }. It opens the company for seven days, once.
refuse-member-email = Somebody has joined with this address. To change it you must invite the new address and block the old one.
refuse-portal-customer = To open the customer portal for somebody you must choose the customer they work for.
refuse-customer-portal = Only members with a portal role work for a customer. To go on you must clear this field or choose such a role.
refuse-last-owner = The company would be left without an owner. To do this you must first make somebody else an owner.

role = Role
role-many = Roles
role-new = New role
role-empty = A role says what people may see and do.
role-base = Starts from
role-view-customers = For customers
role-line-record = Records
role-line-field = Field
role-line-sees = See
role-line-creates = Create
role-line-changes = Change
role-line-deletes = Delete
role-line-acts = Actions
role-line-reach = Which rows
choice-base-owner = Owner: everything
choice-base-accountant = Accountant
choice-base-sales = Sales
choice-base-buyer = Buyer
choice-base-storekeeper = Storekeeper
choice-base-production = Production
choice-base-auditor = Auditor: sees everything, changes nothing
choice-base-portal = Customer portal: only what is the customer's own
choice-base-nothing = Nothing: every right is given by hand
choice-reach-all = All
choice-reach-branch = Own branch
choice-reach-own = Own records
choice-reach-party = Own customer

rights = What this role may do
rights-after-saving = Save the role to set what it may do. It starts with what its base gives.
rights-record = Records
rights-sees = See
rights-creates = Create
rights-changes = Change
rights-deletes = Delete
rights-acts = Actions
rights-reach = Which rows
rights-fields = Fields kept back
rights-keep-field = Keep a field back …
rights-read-only = read only
refuse-right-record = There is no such type of record. To go on you must choose one from the list.
refuse-right-field = The field “{ $field }” tells what a record is, and whoever sees the record sees it. To keep it from this role you must take the right to see these records away.
refuse-right-reach = These records cannot be limited in this way. To go on you must choose another limit.
refuse-owner-rights = An owner may do everything. To give fewer rights you must make a role with another base.
refuse-role-base = What a role starts from cannot change. To start from something else you must make a new role.
refuse-beyond-reach = You can only keep records of your own here. To save this you must choose your own.

join = Join { $company }
join-lead = { $email } was invited. Choose a password, or give the one of the account you already have.
join-submit = Join
join-ended = This invitation has ended
join-ended-hint = It was used, taken back or is older than seven days. Ask whoever invited you for a new link.
company-add = Add a company
company-add-lead = You will own it. What you have in other companies stays there.
import-fault-kept-from = Your role may not change this field. To import the file you must leave the column out.

## The audit log

page-audit = Audit log
event-delete = Deleted
audit-at = When
audit-member = Who
audit-record = Record
audit-action = What
audit-changes = Changes
audit-address = From where
audit-request = Request id
audit-fields = { $count ->
    [one] { $count } field
   *[other] { $count } fields
}
audit-chain = { $count ->
    [one] { $count } entry in the chain; it ends with
   *[other] { $count } entries in the chain; it ends with
}
hand-on-copy = Copy
hand-on-copied = Copied

custom_field = Custom field
custom_field-many = Custom fields
custom_field-new = New custom field
custom_field-empty = Keep what your company needs to know beside what Diwan asks: on any record, in its form, list, search, files and rights.
custom_field-view-active = In use
custom_field-view-inactive = Switched off
custom_field-record = On records
custom_field-name = Name
custom_field-code = Code in files and programs
custom_field-kind = Holds
custom_field-target = Leads to
custom_field-start = New records start with
custom_field-position = Place in the form
custom_field-required = Must be filled
custom_field-listed = Column of the list
custom_field-active = In use
custom_field-line-english = Choice in English
custom_field-line-arabic = Choice in Arabic
custom_field-line-word = Code
choice-kind-text = Text
choice-kind-number = Number
choice-kind-date = Date
choice-kind-choice = One of several choices
choice-kind-link = Another record
choice-kind-yes_no = Yes or no
refuse-custom-code = To name the field in files you must write a code of small Latin letters, digits and _, with a letter first.
refuse-custom-record = To add a field you must choose a record that people fill in by hand.
refuse-custom-target = To lead to another record you must say of which type.
refuse-custom-no-choices = To offer choices you must write at least one below.
refuse-custom-choice-twice = To tell choices apart you must give each its own code.
refuse-custom-start-link = A field that leads to a record starts empty. To save it you must leave this empty.
refuse-custom-fixed = What records already hold depends on this. To change it, add another field and switch this one off.
refuse-custom-many = To add a field you must remove another one from these records first: there is room for { $most }.

## Tokens of programs

api_token = Access token
api_token-many = Access tokens
api_token-new = New access token
api_token-empty = A token lets a program work here with the rights of a member, or with fewer, for a while.
api_token-member = Works with the rights of
api_token-scope = May
api_token-expires = Holds until
api_token-last_used = Last used on
api_token-line-record = Only these records
choice-scope-read = read
choice-scope-write = read and change
api_token-state-revoked = Revoked
api_token-action-revoke = Revoke
api_token-view-revoked = Revoked
api_token-secret = Give this secret to the program. It is shown to you alone, until the program has used it for the first time. What a program can ask for stands under “For developers”.
refuse-token-expires = To keep your company safe you must choose a day from today on, { $most } days ahead at most.
refuse-token-member = Only somebody who may change members gives a program the rights of another. To go on you must choose yourself.
refuse-token-further = Your token is kept to some types of records. To go on you must name records here, and only such as the token may touch.

## Webhooks

webhook = Webhook
webhook-many = Webhooks
webhook-new = New webhook
webhook-empty = A webhook tells a program elsewhere what happens here, as soon as it happens.
webhook-url = Address that is called
webhook-member = Tells what this member may see
webhook-line-record = Only these records
webhook-line-event = Only this event
webhook-state-paused = Paused
webhook-action-pause = Pause
webhook-action-resume = Resume
webhook-action-turn_secret = Change the secret
webhook-view-paused = Paused
webhook-secret = Check what you receive with this secret. After a change the one before still signs for a day. How to check stands under “For developers”.
refuse-webhook-url = To send events you must give an address that begins with https://, keeps to the usual port, has no name or password in it and is not inside a private network.
refuse-webhook-event = No event of these records is called so. You must write one that the documentation names, such as create, comment, erase or the name of an action, or leave it empty for all of them.
webhook-outcome-accepted = accepted
webhook-outcome-refused = refused by the receiver
webhook-outcome-no_answer = no answer in time
webhook-outcome-no_connection = no connection
webhook-outcome-unreadable = answer cannot be read
webhook-outcome-no_address = not an address that may be called
webhook-outcome-unknown_name = the name leads to no public address
webhook-outcome-withheld = not for this member to see
page-webhook-log = Webhook log
webhook-log-empty = Nothing has been sent yet
webhook-log-empty-hint = What webhooks send stands here, with every attempt.
webhook-log-at = Happened at
webhook-log-event = Event
webhook-log-attempts = Attempts
webhook-log-replay = Send again
webhook-log-state-waiting = Waiting
webhook-log-state-delivered = Delivered
webhook-log-state-failed = Failed
webhook-log-state-withheld = Withheld
webhook-log-took = { $milliseconds } ms
page-developers = For developers
developers-read = Read the documentation
developers-openapi = OpenAPI 3.1
developers-events = How events are sent
refuse-webhook-paused = This webhook is paused. To send the message again you must resume it first.
webhook-view-active = Active
api_token-view-active = Active
