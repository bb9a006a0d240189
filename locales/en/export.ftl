# Files made from lists and from the audit log.

pdf-taken = Taken by { $person } on { $moment }
pdf-page = Page { $page } of { $pages }
pdf-condition = { $field }: { $value }
pdf-chosen = Chosen records only
refuse-pdf-rows = To take this as a PDF you must narrow it to { $limit } rows at most; there are more. Set a filter, or take it as Excel (XLSX), which has room for all.

## The audit log

audit-title = Name or number
audit-field = Field
audit-old = Before
audit-new = After
audit-gone = No longer there
