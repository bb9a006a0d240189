# Files on records: attaching, opening, removing, and what stands in the way.

files-title = Files
files-file = File
files-none = No files yet
files-add = Attach files
files-camera = Take a picture
files-drop = or drop them here, or paste them
files-send = Attach
files-limits = Pictures, PDF, text, CSV, office documents and drawings, { 25 } MB each at most.
files-remove = Remove { $name }
files-remove-ask = Remove “{ $name }”? It cannot be brought back.
files-progress = { $name }: { $percent }%
files-kilobytes = { $size } kB
files-megabytes = { $size } MB
files-gigabytes = { $size } GB

event-attach = Attached a file
event-detach = Removed a file
event-open-file = Opened a file
done-attached = Attached.
done-detached = Removed.

refuse-file-none = To attach files you must choose at least one.
refuse-file-empty = To attach “{ $name }” you must put something into it first: the file is empty.
refuse-file-large = To attach “{ $name }” you must make it smaller: { $most } MB is the most that one file may have.
refuse-file-type = To attach “{ $name }” you must save it as one of these, with the ending of its type: PDF, PNG, JPEG, WebP, GIF, SVG, TXT, CSV, DOCX, XLSX, PPTX, ODT, ODS, ODP, DXF, DWG.
refuse-file-pixels = To attach “{ $name }” you must make the picture smaller: { $most } million pixels is the most that a picture may have.
refuse-file-damaged = “{ $name }” did not arrive as it was sent, and nothing of it was kept. To attach it you must send it again.
refuse-file-infected = To attach “{ $name }” you must clean it first: the virus scanner objects to it.
refuse-file-room = To attach “{ $name }” you must remove other files first: all files of the company together may have { $most } GB.
refuse-file-many = To attach “{ $name }” you must remove another file first: one record may have { $most } files.
refuse-file-form = To attach that much you must send it in several steps, { $most } MB at a time.
refuse-file-lost = The connection broke while “{ $name }” was on its way. To attach it you must choose it again; it goes on where it stopped.
error-link-expired = This link was good for ten minutes. To open the file you must start from its record again.
