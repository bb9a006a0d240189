# The company as a whole: archives of it, loading one, deleting a company.

page-company-data = Your data
archive = Archive of the company
archive-take = Take your data with you
archive-what = An archive holds everything that your company keeps here: records, books, the audit log, comments and files, each with a hash by which a change is found. It can be loaded again as another company, equal to this one.
archive-without = Passwords and the secrets of programs are not in it. An archive waits here for seven days; afterwards make another.
archive-make = Make an archive
event-archive = Asked for an archive of all data
company-delete = Delete the company
company-delete-how = To have the company deleted for good, make an archive first, then ask whoever operates this installation and tell them the exact name of the company. You get a report of what was removed. Backups hold the company until they expire.

refuse-company-deleted = The company was deleted, or has another name. To go on you must choose a company that is there and write its name exactly.
refuse-archive-owner = Nobody here has the address { $email }. To load an archive for somebody you must have them sign up first.
refuse-archive-damaged = This is no archive of a company, or it is damaged; nothing was loaded. To load one you must take a file that Diwan made and that arrived whole.
refuse-archive-version = The archive was made by another version of Diwan; nothing was loaded. To load it you must bring this installation up to date first.
refuse-archive-differs = “{ $name }” is not what the list of the archive says: somebody changed it, or it is damaged. Nothing was loaded; you must take an archive that is as it was made.
refuse-archive-missing = “{ $name }” is missing from the archive. Nothing was loaded; you must take an archive that is whole.
refuse-archive-unknown = The archive holds “{ $name }”, which this version of Diwan does not know. Nothing was loaded; you must take an archive that is as it was made.
refuse-archive-rows = The database refuses rows of “{ $name }”: they do not fit together. Nothing was loaded; you must take an archive that is as it was made.
refuse-archive-file = The file “{ $name }” is missing from the file store, or is not what was attached. To make an archive you must attach it again, or remove it from its record.
refuse-archive-many = An archive has room for { $most } files. To make one you must remove some files first.
