# What all records share: form, list, faults, import, and the words for fields, states, actions, views and choices.

## Form

save = Save
delete = Delete
required = Required
unnumbered = No number yet
lookup-none = Nothing found
line-add = Add a line
line-remove = Remove this line
form-lines = Lines
form-line-field = Line { $row }, { $field }
form-linked = Linked documents
form-history = History
form-unsaved = Your changes are not saved. Leave the page without them?
form-faults = { $count ->
    [one] One thing stands in the way
   *[other] { $count } things stand in the way
}
confirm-grave = “{ $action }” cannot be undone. Go on?
confirm-delete = Delete this record? It cannot be brought back.

event-create = Created
event-change = Changed
event-details = What changed
event-line = Line { $row }

conflict-title = { $user } saved this record while you were editing it
conflict-mine = Yours
conflict-theirs = Saved meanwhile
conflict-take-theirs = Take theirs
conflict-keep-mine = Keep mine

done-saved = Saved.
done-acted = Done.
done-created = The new document has been created from the one before it. Check it and go on from here.
done-deleted = Deleted.

## List

view-all = All
list-search = Search
list-count = { $count ->
    [one] { $count } record
   *[other] { $count } records
}
list-count-many = More than { $limit } records
list-total = { $count ->
    [one] Total of { $count } record
   *[other] Total of { $count } records
}
list-totals-most = Totals are shown for up to { $limit } records. Filter the list to see them.
list-groups-most = The { $limit } groups with the most records are shown. Filter the list to see others.
list-empty = { $records } will appear here
list-nothing-found = Nothing found
list-nothing-found-hint = No record matches the search and the filters. Take some of them away to see more.
list-clear = Clear search and filters
filter-from = from { $start }
filter-to = up to { $end }
filter-apply = Apply
page-before = Previous
page-after = Next

## Import

import = Import
import-title = Import: { $records }
import-lead = Choose a CSV or XLSX file of up to a million rows; its first row names the columns. Diwan checks it first and shows every row that cannot be imported. Nothing is written until you say so.
import-file = Choose a CSV or XLSX file
import-check = Check the file
import-check-again = Check again
import-other-file = Choose another file
import-do = Import
import-columns = Columns that the file may have
import-line-field = Line: { $field }
import-parent = Document that the line joins
import-mapping = Where each column goes
import-leave-out = Leave out
import-good = { $rows ->
    [one] { $rows } row is good.
   *[other] { $rows } rows are good.
} New records: { $created }. Changed records: { $changed }. Nothing is posted: documents come in as drafts.
import-bad = { $count ->
    [one] { $count } fault is in the file. Nothing has been written. Correct it and check again.
   *[other] { $count } faults are in the file. Nothing has been written. Correct them and check again.
}
import-row = Row
import-column = Column
import-text = Text
import-reason = What is wrong

import-fault-encoding = The file is not in UTF-8. To import it you must save it as “CSV UTF-8” first.
import-fault-empty = The file has no rows to import. It needs a row with the column names and at least one row below it.
import-fault-cut = This row has fewer or more columns than the first row. The file may be cut off: export it again and compare its end.
import-fault-twice = “{ $text }” occurs twice in the file or exists already. To import the file you must give each row a code of its own.
import-fault-not-choice = This is not one of the choices. Write one of these: { $choices }.
import-fault-parent = No draft is called “{ $text }”. To add lines you must give the number or reference of a draft.
import-fault-too-large = The file has more than { 1000000 } rows. To import it you must split it into smaller files.

## Faults in what was typed

fault-required = To go on you must fill this in.
fault-too-long = This text is too long. Shorten it.
fault-not-number = This is not a number. Write it like 1250.50.
fault-comma = A comma sets thousands apart, as in 1,250.50. To write a part of one you must use a point, as in 1.5.
refuse-other-company = You opened this form in another company, and nothing has been saved. To save it in the company where you are now you must press Save once more; else go back to the other one first.
fault-too-many-decimals = This has more decimals than are kept here. Round it.
fault-out-of-range = This figure is outside the range that is possible here. Check it.
fault-negative = This cannot be below zero. Enter zero or more.
fault-not-date = This is not a date. Write it like 2026-11-18.
fault-not-choice = This is not one of the choices. Choose one of them.
fault-not-bool = This is neither yes nor no. Write “yes” or “no”.
fault-control-character = The text holds characters that cannot be shown. Type it again instead of pasting it.
fault-not-link = Nothing is known by this name. Choose an entry from the list.
fault-link-unclear = Both { $one } and { $other } go by this. Choose the one you mean from the list.

## Refusals that any record can meet

refuse-no-lines = To go on you must enter at least one line.
refuse-state = The record is in the state “{ $state }”, in which “{ $action }” is not possible. To see what is possible now you must load it again.
refuse-posted = This document can no longer be changed. To correct it you must reverse it or make a new one.
refuse-delete-posted = A document that has a number or is posted stays in the books. To undo it you must cancel or reverse it.
refuse-saved-already = This form was saved before, with other content. To change what was saved you must open it; to make another one, start a new form.
refuse-value = One of the values is beyond what is possible here. To save this you must correct it.
refuse-view-many = You keep { $most } views of this list already. To keep another one you must remove one of them, or give it the name of one.
refuse-view-long = This list has too many conditions to be kept. To keep it you must take some of them out.
refuse-conflict = Somebody saved this record while you were editing it. To go on you must load it again.
refuse-in-use = Other records use this one, so it cannot be deleted. To stop using it, mark it as not active.
refuse-code-taken = Another record already has this code. Give a different one.
refuse-busy = Somebody is saving the same records at this moment. Nothing was changed; try again.

## Fields

field-number = Number
field-code = Code
field-name = Name
field-date = Date
field-state = State
field-kind = Type
field-active = Active
field-note = Note
field-reason = Reason
field-reference = Reference
field-description = Description
field-address = Address
field-customer = Customer
field-item = Item
field-warehouse = Warehouse
field-unit = Unit
field-account = Account
field-currency = Currency
field-rate = Exchange rate
field-payment_term = Payment terms
field-tax_code = Tax code
field-tax_number = VAT number
field-quantity = Quantity
field-price = Unit price
field-discount = Discount
field-cost = Cost
field-value = Value
field-amount = Amount
field-net = Net
field-tax = VAT
field-total = Total
field-base_total = Total, company currency
field-debit = Debit
field-credit = Credit

## States

state-draft = Draft
state-sent = Sent
state-accepted = Accepted
state-rejected = Rejected
state-expired = Expired
state-superseded = Superseded
state-confirmed = Confirmed
state-partly_delivered = Partly delivered
state-delivered = Delivered
state-closed = Closed
state-cancelled = Cancelled
state-posted = Posted
state-returned = Returned
state-partly_paid = Partly paid
state-paid = Paid
state-reversed = Reversed
state-open = Open

## Actions

action-send = Mark as sent
action-order = Make order
action-revise = Revise
action-reject = Mark as rejected
action-expire = Mark as expired
action-confirm = Confirm
action-deliver = Deliver
action-invoice = Invoice
action-close = Close
action-cancel = Cancel order
action-post = Post
action-pay = Receive payment
action-credit = Credit
action-return = Return
action-reverse = Reverse
action-settle = Settle invoices
action-refund = Pay back
action-close_period = Close period
action-reopen_period = Reopen period

## Views

view-active = Active
view-inactive = Not active
view-draft = Drafts
view-posted = Posted
view-open = Open
view-closed = Closed
view-accepted = Accepted
view-lost = Lost
view-to_deliver = To deliver
view-to_invoice = To invoice
view-unpaid = Unpaid
view-paid = Paid
view-stock = Goods
view-service = Services
view-asset = Assets
view-liability = Liabilities
view-equity = Equity
view-income = Income
view-expense = Expenses

## Views, columns, groups, boards

views = Views
view-save = Keep this list
view-name = Name
saved-view = Saved view
view-query = Filters
view-shared = for everybody
view-keep = Keep
view-forget = Forget this view
refuse-view-name = To keep a list you must give it a name of { 60 } characters at most.
columns = Columns
column-up = Move { $column } forward
column-down = Move { $column } back
column-out = Take { $column } out
group-by = Group by
group-count = Records
layout-board = As a board
layout-list = As a list
board-all = All { $count }
export = Export
import-fault-not-a-spreadsheet = This is not a spreadsheet. To import a list you must give a CSV or XLSX file.
import-fault-encrypted = The workbook is locked with a password. To import it you must save it without one.
import-fault-damaged = The workbook is damaged. Open it in a spreadsheet, save it anew and try again.
import-fault-unpacked = The workbook is too large when it is unpacked. To import it you must split it.
import-fault-columns = The file has more than { 500 } columns. To import it you must leave some out.
edit-rows = Change fields here
undo = Undo
set-unsaved = Not saved
set-done = { $field }: { $value }
set-lost = Diwan could not be reached, and nothing was changed. Try again when the connection is back.
