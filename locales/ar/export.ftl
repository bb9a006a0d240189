# الملفات المأخوذة من القوائم ومن سجل التدقيق.

pdf-taken = استخرجه { $person } في { $moment }
pdf-page = صفحة { $page } من { $pages }
pdf-condition = { $field }: { $value }
pdf-chosen = السجلات المختارة فقط
refuse-pdf-rows = لاستخراج ملف PDF يجب حصر القائمة في { $limit } صف على الأكثر، وفيها أكثر من ذلك. حدّد عامل تصفية، أو استخرجها بصيغة Excel (XLSX) التي تتسع لها كلها.

## سجل التدقيق

audit-title = الاسم أو الرقم
audit-field = الحقل
audit-old = قبل التغيير
audit-new = بعد التغيير
audit-gone = لم يعد موجودًا
