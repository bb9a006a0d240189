# Files on records: attaching, opening, removing, and what stands in the way.

files-title = الملفات
files-file = الملف
files-none = لا ملفات بعد
files-add = إرفاق ملفات
files-camera = التقاط صورة
files-drop = أو أفلتها هنا أو الصقها
files-send = إرفاق
files-limits = صور وملفات PDF ونصوص وCSV ومستندات مكتبية ورسومات هندسية، حتى { 25 } ميغابايت لكل ملف.
files-remove = إزالة { $name }
files-remove-ask = هل تريد إزالة «{ $name }»؟ لا يمكن استرجاعه بعد ذلك.
files-progress = { $name }: { $percent }٪
files-kilobytes = { $size } كيلوبايت
files-megabytes = { $size } ميغابايت
files-gigabytes = { $size } غيغابايت

event-attach = إرفاق ملف
event-detach = إزالة ملف
event-open-file = فتح ملف
done-attached = تم الإرفاق.
done-detached = تمت الإزالة.

refuse-file-none = لإرفاق ملفات يجب اختيار ملف واحد على الأقل.
refuse-file-empty = لإرفاق «{ $name }» يجب ألا يكون الملف فارغًا.
refuse-file-large = لإرفاق «{ $name }» يجب تصغيره: الحد الأقصى لحجم الملف { $most } ميغابايت.
refuse-file-type = لإرفاق «{ $name }» يجب حفظه بأحد هذه الأنواع مع لاحقة نوعه: PDF أو PNG أو JPEG أو WebP أو GIF أو SVG أو TXT أو CSV أو DOCX أو XLSX أو PPTX أو ODT أو ODS أو ODP أو DXF أو DWG.
refuse-file-pixels = لإرفاق «{ $name }» يجب تصغير أبعاد الصورة: الحد الأقصى { $most } مليون بكسل.
refuse-file-damaged = لم يصل «{ $name }» كما أُرسل، ولم يُحفظ منه شيء. لإرفاقه يجب إرساله من جديد.
refuse-file-infected = لإرفاق «{ $name }» يجب تنظيفه أولًا: اعترض عليه فاحص الفيروسات.
refuse-file-room = لإرفاق «{ $name }» يجب أولًا إزالة ملفات أخرى: الحد الأقصى لملفات الشركة كلها { $most } غيغابايت.
refuse-file-many = لإرفاق «{ $name }» يجب أولًا إزالة ملف آخر: الحد الأقصى لعدد ملفات السجل الواحد { $most }.
refuse-file-form = لإرفاق هذا القدر يجب إرساله على دفعات، { $most } ميغابايت في كل مرة.
refuse-file-lost = انقطع الاتصال أثناء إرسال «{ $name }». لإرفاقه يجب اختياره من جديد، ويُستأنف من حيث توقف.
error-link-expired = كان هذا الرابط صالحًا لعشر دقائق. لفتح الملف يجب البدء من سجله من جديد.
