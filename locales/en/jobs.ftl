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

## For programs

api-docs-jobs = Imports, exports and jobs
api-docs-jobs-hint = What takes longer than a request is begun by one and goes on by itself: the answer has the status 202, and in Location the address at which you read how far it is. It runs with the rights of its member, or with as many as the token has. Jobs are those of the member; who may change everything sees those of others, too. A token that is kept to some types of records sees the jobs of these. With an Idempotency-Key nothing is begun twice.
api-docs-jobs-lists = An export takes filters and an order as the list does, and names of columns; a token that only reads may ask for one. Its file can be fetched for a week. A bulk job does one thing, set, delete or an action, to the records whose ids you send or which a filter finds; its report says for each record what came of it, those that were refused first.
api-export = Export: { $records }
api-bulk = Do something to many: { $records }
api-narrowing = Parameters of the list that narrow it: names of fields, q and view, each with a text
api-answer-begun = It is begun; Location says where it can be read how far it is
api-jobs = Jobs, the latest first
api-job = A job with its report
api-job-file = Fetch the file of a job
api-job-cancel = Stop a job; what it has done stays
api-job-retry = Go on with a job that failed or was stopped
refuse-api-which = To say which records are meant you must send ids or a filter, and not both.
refuse-api-job-cancel = This job has ended. To stop a job you must ask while it waits or runs.
refuse-api-job-retry = This job is still under way, or is done. To go on with a job you must choose one that failed or was stopped.
