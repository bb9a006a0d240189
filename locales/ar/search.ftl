# البحث ولوحة الأوامر

search-title = بحث
search-placeholder = ابحث أو نفّذ…
search-nothing = لا شيء باسم { $text }. تحقق من كتابته أو جرّب جزءًا منه.
search-short = للبحث اكتب { $least } من الحروف أو الأرقام على الأقل.
palette-here = في هذه الصفحة
palette-new = جديد
palette-go = انتقال إلى
palette-set = الإعدادات
palette-kept = المفضلة وما فُتح أخيرًا
palette-found = السجلات
palette-nothing = لا شيء يطابق ما كتبته.
shortcuts = اختصارات لوحة المفاتيح
shortcut-palette = البحث والانتقال والإنشاء والتنفيذ
shortcut-search = البحث في هذه القائمة
shortcut-new = سجل جديد
shortcut-edit = إلى الحقل الأول
shortcut-rows = الصف التالي أو السابق
shortcut-save = حفظ
shortcut-keys = هذه الاختصارات
shortcut-close = إغلاق
shortcut-single = تفعيل اختصارات المفتاح الواحد
shortcut-layout = تبقى المفاتيح في مواضعها على لوحة المفاتيح العربية.
