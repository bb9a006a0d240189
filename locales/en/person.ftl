# Natural persons: what is known of one, and what becomes of it when they are to be forgotten.

person-data = Personal data
person-title = Personal data: { $name }
person-archive = Archive of a person
person-archive-lead = An archive holds all that is known of this person: the record with its history, comments and files, and every record that names them, as JSON Lines, with a manifest that carries the hash of each file. It is made as a job and waits for seven days.
person-erased = Erased person { $id }
person-erase = Erase this person
person-erase-lead = This cannot be undone. The record stays without what says who it was, so that documents and books keep their figures.
person-goes = What is erased
person-goes-fields = These fields: { $fields }; and all else that your company has added to the record
person-goes-comments = { $count ->
    [one] { $count } comment on the record
   *[other] { $count } comments on the record
}
person-goes-files = { $count ->
    [one] { $count } file on the record
   *[other] { $count } files on the record
}
person-goes-history = { $count ->
    [one] What { $count } entry of the audit log says of these fields; the entry itself stays
   *[other] What { $count } entries of the audit log say of these fields; the entries themselves stay
}
person-goes-repeated = Titles and notes of opportunities and activities about the person, saved views that search for them, answers given to programs, and exported lists and archives that may hold them
person-goes-account = Sessions and membership; the account with its e-mail address, unless it belongs to another company as well
person-stays = What stays
person-stays-books = Posted documents, the journal, stock and tax data, as the law demands, and the code by which documents name the record. What people wrote on documents stays as well.
person-stays-trace = Who did what and when, and from which network address, without the name
person-stays-copies = Other imported files, for 30 days at most; copies outside Diwan, such as backups, paper and what webhooks have sent
person-type = To erase this person, type “{ $name }”
done-erased = The person has been erased. What the law demands stays without their name.
event-erase = Person erased
refuse-erase-typed = To erase this person you must type exactly what is asked for.
refuse-erase-oneself = To be erased yourself you must ask another owner to do it.
refuse-erase-under-way = To erase this person you must first finish or delete what is under way ({ $records }: { $count }).
refuse-erase-owed = To erase this customer you must first settle what is open (open items: { $count }).
refuse-erase-uninvoiced = To erase this customer you must first invoice or close their orders ({ $count } to be invoiced).
refuse-erase-visitors = To erase this customer you must first block the members who visit the portal for them ({ $count }).
