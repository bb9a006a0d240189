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
job-retry = Go on
job-how-far = How far
job-progress = { $done } of { $total }
job-refused = { $count ->
    [one] { $count } refused
   *[other] { $count } refused
}
job-record = Record
job-outcome = What came of it

bulk-selected = With the ticked rows
bulk-all = All that match ({ $count })
bulk-select = Tick this row
bulk-select-page = Tick all rows of this page
bulk-set = Change a field
bulk-apply = Change
refuse-bulk-field = This field cannot be changed for many records at once. Choose another one.
refuse-bulk-nothing = To do something with several records you must tick them first.
