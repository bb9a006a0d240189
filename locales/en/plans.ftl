# Plans: what a company may have and uses, and the console of whoever operates the installation.

refuse-plan-users = To let another person in you must block a member, take back an invitation, or get a larger plan: { $used } of { $most } places are taken.
refuse-plan-records = To add more records you must delete some that you do not need, or get a larger plan: the company has { $used } of { $most }.
refuse-plan-storage = To keep “{ $name }” you must remove other files or get a larger plan: all files together would take { $used } MB of { $most } MB.
refuse-plan-calls = To ask again before { $date } your company must get a larger plan: all { $most } calls of this month have been made. They begin anew on { $date }, at 00:00 UTC.
refuse-plan-portal = The company’s plan has no customer portal. To open it for a customer you must get a plan that has one.
error-suspended = This company is suspended, and nobody can open it. To have it opened again you must write to whoever operates this installation of Diwan.
error-no-api = The company’s plan has no interface for programs. To use it the company must get a plan that has one.
error-no-portal = The customer portal of this company is closed. To look something up you must ask the company.

flag-api = Interface for programs (API)
flag-webhooks = Webhooks
flag-import = Import of files
flag-custom_fields = Custom fields
flag-portal = Customer portal
flag-mail = E-mail to customers

page-usage = Plan and usage
usage-plan = Plan: { $plan }
usage-users = Users
usage-storage = Files
usage-records = Records
usage-calls = Calls of programs this month
usage-rate = Calls of programs a minute
usage-rate-shared = all access tokens together
usage-rate-usual = what the installation gives each company
usage-calls-day = Calls of programs
usage-actions = Actions
usage-of = of { $most }
usage-unlimited = without a limit
usage-parts = What the plan has
usage-on = On
usage-off = Off
usage-days = The last { 90 } days
usage-day = Day (UTC)
usage-no-days = Nothing has been measured yet. The first figures come within an hour.
usage-missed = Asked for what is not there
usage-missed-times = Times
usage-missed-last = Last (to the hour)
usage-missed-hint = How often members, or programs of theirs, asked in the last { 30 } days for a record, a file or a job under whose id there is nothing that they may see. A few come from old links; many can mean that somebody guesses ids.
usage-hint = To get another plan, write to whoever operates this installation of Diwan.

operator = Operator console
operator-company = Company
operator-country = Country
operator-plan = Plan
operator-people = People
operator-grown = New in { 30 } days
operator-seen = Last active
operator-never = never
operator-health = State
operator-well = Well
operator-reached = Full: { $limits }
operator-trouble = Look after: { $what }
operator-work = What is under way
operator-jobs-failed = Failed jobs
operator-jobs-stuck = Stuck jobs
operator-jobs-overdue = due for more than an hour
operator-of-day = in the last { 24 } hours
operator-hooks-failing = Failing webhooks
operator-hooks-off = switched off: { $count }
operator-events-late = Late events
operator-event-oldest = Oldest event that waits
operator-none-waits = none
operator-utc = UTC
operator-archived = Last archive
operator-archived-hint = made by the company itself
operator-missed = Asked for what is not there
operator-suspended = Suspended
operator-suspended-count = { $count ->
    [one] { $count } suspended
   *[other] { $count } suspended
}
operator-sort = Order
operator-sort-name = By name
operator-sort-users = Most users
operator-sort-records = Most records
operator-sort-storage = Most space for files
operator-sort-calls = Most calls
operator-sort-grown = Fastest growing
operator-sort-seen = Last active
operator-founded = Founded { $date }
operator-flag-plan = As the plan has it
operator-flag-plan-on = As the plan has it: on
operator-flag-plan-off = As the plan has it: off
operator-give = Save
operator-suspension = Suspension
operator-suspended-since = Suspended since { $date }:
operator-suspend = Suspend
operator-resume = Open again
operator-reason = Reason
operator-suspend-hint = Nobody can open a suspended company, neither on pages nor by programs. Nothing in it is changed. The reason is for operators only.
refuse-operator-reason = To suspend a company you must write down the reason.
operator-log = What operators did
operator-did-plan = Gave a plan
operator-did-suspend = Suspended the company
operator-did-resume = Opened the company again

plans = Plans
plan-new = New plan
plan-remove = Remove
plan-name-english = Name (English)
plan-name-arabic = Name (Arabic)
plan-storage = Files (GB)
plan-calls = Calls of programs a month
plan-limits-hint = Where you leave a limit empty there is none. For files and for calls a minute it is then what the installation gives each company.
plan-parts = Parts of Diwan
plan-parts-all = All
plan-parts-all-hint = All of them, also those that are still to come
plan-shared = { $count ->
    [one] { $count } company has this plan. What you change counts for it at once.
   *[other] { $count } companies have this plan. What you change counts for them at once.
}
refuse-plan-code = A code has up to { 30 } small Latin letters, digits and underscores, and begins with a letter. To keep the plan you must choose one, such as “basic”.
operator-did-add_plan = Added a plan
operator-did-change_plan = Changed a plan
operator-did-remove_plan = Removed a plan
