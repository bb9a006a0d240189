# Imports: a file that is checked, imported in the background, and can be taken back.

import-past = Earlier imports
import-state-arriving = Arriving
import-state-uploaded = Not checked
import-state-rehearsing = Being checked
import-state-rehearsed = Checked
import-state-importing = Being imported
import-state-done = Imported
import-state-failed = Failed
import-state-cancelled = Stopped
import-state-undoing = Being undone
import-state-undone = Undone
import-skip = Import without the bad rows
import-undo = Undo the import
import-rest = Rows left out
import-faults = All faults
import-row-column = Row { $line } · { $column }: { $reason }
import-row-all = Row { $line }: { $reason }
import-more-bad = { $count ->
    [one] { $count } more fault is not shown.
   *[other] { $count } more faults are not shown.
}
import-fixed = The same for every row
import-fixed-none = No field
import-fixed-text = Text for every row
import-examples = What the file makes first
import-creates = New
import-changes = Changed
import-more-changes = { $count ->
    [one] { $count } more field changes.
   *[other] { $count } more fields change.
}
import-lines = { $count ->
    [one] { $count } line
   *[other] { $count } lines
}

import-could-skip = You can import the file without its bad rows. New records: { $created }. Changed records: { $changed }. Rows left out: { $skipped }.
import-done = The file has been imported. New records: { $created }. Changed records: { $changed }.
import-skipped = Rows left out: { $skipped }. To import them you must download them, correct them and give that file to a new import.
import-failed = Something has changed since the file was checked. Nothing has been written. Check it again.
import-broke = The import could not be finished. Nothing has been written. Check the file again.
import-stopped = The import was stopped. Nothing has been written.
import-stopped-half = The import was stopped on its way. You can continue it or undo it. New records so far: { $created }. Changed records: { $changed }.
import-undone = The import has been undone. Everything is as it was before.

import-undo-changed = The import cannot be undone: “{ $title }” was changed or posted since. To undo the import you must take that back first.
import-undo-named = The import cannot be undone: “{ $title }” stands in { $record } “{ $other }”. To undo the import you must remove it there first.
import-undo-used = The import cannot be undone: “{ $title }” is in use. To undo the import you must remove what uses it first.
import-undo-files = The import cannot be undone: files hang on “{ $title }”. To undo the import you must remove them first.

import-fault-lines = One record takes at most { $most } lines, and these rows would all be lines of one. Give each record’s rows something of their own, such as a reference.
import-fault-parents = Several drafts are called “{ $text }”. To add lines you must give a name that only one of them has.
import-fault-target-twice = Two columns go to the same field. To import the file you must leave one of them out.
import-factor = Multiply by
refuse-import-factor = Multiplied by zero, nothing of the column is left. To import its figures as they are you must leave this empty.
refuse-import-moved = This cannot be done with the import as it stands now. Open its page again to see where it is.
import-in-english = { $field } (English)
import-in-arabic = { $field } (Arabic)
import-changes-existing = Change records that exist already, found by: { $field }
import-changes-hint = What stands in the file takes the place of what was there: an empty cell empties its field, and the lines of the file replace all lines of a record. Columns that the file does not have stay as they are.
import-fault-no-key = To change records that exist the file must have a column for: { $field }.
import-fault-settled = “{ $text }” exists, and you cannot change it: it is closed, or kept by somebody else. To import the file you must leave this row out.

## For programs

api-docs-jobs-import = To import a file, CSV or XLSX, send its bytes as the body, up to { $most } MB. Its columns go to the fields that they are called after; the file is rehearsed, which writes nothing, and its faults are told with line, column and reason. To send columns elsewhere, check it again with targets and, for figures that are to be multiplied, factors in the order of the columns. Then run it with the mode all, which imports everything or nothing, or skip_bad, which leaves bad rows out and offers them as a file. What was imported can be undone as a whole. An import is told again with can: what can be done with it now.
api-import = Import: { $records }
api-import-name = What the file is called
api-import-changes = Whether rows may change records that exist
api-import-read = How far an import is, with its faults
api-import-faults = Fetch all that is wrong with a file
api-import-rest = Fetch the rows that were left out
api-import-check = Go through the file again, with columns sent elsewhere
api-import-run = Import what was rehearsed, or go on where it was stopped
api-import-undo = Take a whole import back
api-import-cancel = Stop what is being done with an import
refuse-api-import-moved = This cannot be done with the import as it stands now. Read it again: can says what is possible.
refuse-api-import-bad = The file has bad rows. To import it you must correct them and send it anew, or leave them out with the mode skip_bad.
refuse-api-targets = This does not say for every column of the file where it goes. To check the file again you must name one of the targets of the import for each column, or null for a column that is left out, and a text for each target that is fixed.
refuse-api-factors = This does not say for every column of the file what it is multiplied by. To check the file again you must give a figure for each column, or null for a column that comes in as it stands.
