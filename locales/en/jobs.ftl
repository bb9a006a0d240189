# Work that outlives a request, and doing one thing to many records.

jobs = Jobs
jobs-empty = No jobs yet
jobs-empty-hint = What you do to many records at once appears here with its progress and its report.
job = Job
job-waiting = Waiting
job-running = Running
job-done = Done
job-failed = Failed
job-cancelled = Stopped
job-cancelling = Stopping
job-cancel = Stop
job-retry = Continue
job-how-far = How far
job-progress = { $done } of { $total }
job-refused = { $count ->
    [one] { $count } refused
   *[other] { $count } refused
}
job-record = Record
job-outcome = Outcome

bulk-selected = With the ticked rows
bulk-all = All that match ({ $count })
bulk-select = Tick this row
bulk-select-page = Tick all rows of this page
bulk-set = Change a field
bulk-apply = Change
refuse-bulk-field = This field cannot be changed for many records at once. Choose another one.
refuse-bulk-many = To do something with so many records you must narrow the list first: at most { $most } are done at once.
refuse-bulk-nothing = To do something with several records you must tick them first.
confirm-bulk = “{ $action }” is done to every ticked record, or to all that match. It cannot be undone. Go on?
job-all-refused = All refused
bulk-ticked = { $count ->
    [one] With { $count } ticked row
   *[other] With { $count } ticked rows
}
