# Search and the palette

search-title = Search
search-placeholder = Search or do…
search-nothing = Nothing is called { $text }. Check how it is written, or try a part of it.
search-short = To search you must type at least { $least } letters or digits.
palette-here = On this page
palette-new = New
palette-go = Go to
palette-set = Settings
palette-kept = Favourites and last opened
palette-found = Records
palette-nothing = Nothing fits what you typed.
shortcuts = Keyboard shortcuts
shortcut-palette = Search, go, create, act
shortcut-search = Search in this list
shortcut-new = New record
shortcut-edit = To the first field
shortcut-rows = Next or previous row
shortcut-save = Save
shortcut-keys = These shortcuts
shortcut-close = Close
shortcut-single = Use shortcuts of a single key
shortcut-layout = The keys keep their place on an Arabic keyboard.
