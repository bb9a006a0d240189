# What all records share: form, list, faults, import, and the words for fields, states, actions, views and choices.

## Form

save = حفظ
delete = حذف
required = حقل إلزامي
unnumbered = بلا رقم بعد
lookup-none = لا نتائج
line-add = إضافة بند
line-remove = حذف هذا البند
form-lines = البنود
form-line-field = البند { $row }، { $field }
form-linked = مستندات مرتبطة
form-history = سجل التغييرات
form-unsaved = لم تُحفظ تعديلاتك. هل تريد مغادرة الصفحة دون حفظها؟
form-faults = { $count ->
    [zero] لا أخطاء تمنع المتابعة
    [one] خطأ واحد يمنع المتابعة
    [two] خطآن يمنعان المتابعة
    [few] { $count } أخطاء تمنع المتابعة
    [many] { $count } خطأً تمنع المتابعة
   *[other] { $count } خطأ تمنع المتابعة
}
confirm-grave = لا يمكن التراجع عن «{ $action }». هل تريد المتابعة؟
confirm-delete = هل تريد حذف هذا السجل؟ لا يمكن استرجاعه بعد الحذف.

event-create = إنشاء
event-change = تعديل
event-details = تفاصيل التعديل
event-line = البند { $row }

conflict-title = حُفظ هذا السجل من قِبل { $user } أثناء تعديلك له
conflict-mine = نسختك
conflict-theirs = النسخة المحفوظة
conflict-take-theirs = اعتماد النسخة المحفوظة
conflict-keep-mine = اعتماد نسختي

done-saved = تم الحفظ.
done-acted = تم تنفيذ الإجراء.
done-created = أُنشئ هذا المستند من المستند السابق له. راجعه ثم تابع العمل عليه.
done-deleted = تم الحذف.

## List

view-all = الكل
list-search = بحث
list-count = { $count ->
    [zero] لا سجلات
    [one] سجل واحد
    [two] سجلان
    [few] { $count } سجلات
    [many] { $count } سجلًا
   *[other] { $count } سجل
}
list-count-many = أكثر من { $limit } سجل
list-total = { $count ->
    [zero] الإجمالي
    [one] إجمالي سجل واحد
    [two] إجمالي سجلين
    [few] إجمالي { $count } سجلات
    [many] إجمالي { $count } سجلًا
   *[other] إجمالي { $count } سجل
}
list-totals-most = تُحسب الإجماليات لما لا يزيد على { $limit } سجل. استخدم عوامل التصفية لعرضها.
list-groups-most = تظهر أكبر { $limit } مجموعة من حيث عدد السجلات. استخدم عوامل التصفية لعرض غيرها.
list-empty = قائمة { $records } فارغة
list-nothing-found = لا نتائج
list-nothing-found-hint = لا يوجد سجل يطابق البحث وعوامل التصفية. أزل بعضها لعرض المزيد.
list-clear = مسح البحث والتصفية
filter-from = من { $start }
filter-to = حتى { $end }
filter-apply = تطبيق
page-before = السابق
page-after = التالي

## Import

import = استيراد
import-title = استيراد { $records }
import-lead = اختر ملف CSV أو XLSX لا تتجاوز صفوفه المليون، ويحمل صفه الأول أسماء الأعمدة. يفحص ديوان الملف أولًا ويعرض كل صف يتعذّر استيراده، ولا يُكتب شيء حتى تأذن.
import-file = اختيار ملف CSV أو XLSX
import-check = فحص الملف
import-check-again = إعادة الفحص
import-other-file = اختيار ملف آخر
import-do = استيراد
import-columns = الأعمدة المقبولة في الملف
import-line-field = البند: { $field }
import-parent = المستند الذي ينضم إليه البند
import-mapping = الحقل المقابل لكل عمود
import-leave-out = تجاهل العمود
import-good = { $rows ->
    [zero] لا صفوف سليمة.
    [one] صف واحد سليم.
    [two] صفان سليمان.
    [few] { $rows } صفوف سليمة.
    [many] { $rows } صفًا سليمًا.
   *[other] { $rows } صف سليم.
} السجلات الجديدة: { $created }. السجلات المعدّلة: { $changed }. لا يُرحَّل شيء: تُحفظ المستندات مسوداتٍ.
import-bad = { $count ->
    [zero] لا أخطاء في الملف.
    [one] في الملف خطأ واحد. لم يُكتب شيء؛ صحّحه ثم أعد الفحص.
    [two] في الملف خطآن. لم يُكتب شيء؛ صحّحهما ثم أعد الفحص.
    [few] في الملف { $count } أخطاء. لم يُكتب شيء؛ صحّحها ثم أعد الفحص.
    [many] في الملف { $count } خطأً. لم يُكتب شيء؛ صحّحها ثم أعد الفحص.
   *[other] في الملف { $count } خطأ. لم يُكتب شيء؛ صحّحها ثم أعد الفحص.
}
import-row = الصف
import-column = العمود
import-text = النص
import-reason = سبب الخطأ

import-fault-encoding = ترميز الملف ليس UTF-8. لاستيراده يجب أولًا حفظه بصيغة «CSV UTF-8».
import-fault-empty = لا صفوف في الملف لاستيرادها. يجب أن يحتوي على صف بأسماء الأعمدة يليه صف واحد على الأقل.
import-fault-cut = عدد أعمدة هذا الصف أقل أو أكثر من أعمدة الصف الأول. قد يكون الملف مقطوعًا: صدّره من جديد وتحقّق من آخره.
import-fault-twice = «{ $text }» مكرر في الملف أو موجود من قبل. لاستيراد الملف يجب أن يكون لكل صف رمز خاص به.
import-fault-not-choice = هذه القيمة ليست من الخيارات المتاحة. اكتب واحدًا منها: { $choices }.
import-fault-parent = لا توجد مسودة باسم «{ $text }». لإضافة بنود يجب ذكر رقم مسودة أو مرجعها.
import-fault-too-large = عدد صفوف الملف يتجاوز { 1000000 }. لاستيراده يجب تقسيمه إلى ملفات أصغر.

## Faults in what was typed

fault-required = للمتابعة يجب ملء هذا الحقل.
fault-too-long = النص أطول من المسموح. اختصره.
fault-not-number = هذا ليس رقمًا. اكتبه على هذا النحو: 1250.50
fault-comma = تفصل الفاصلة بين الآلاف كما في 1,250.50. لكتابة كسر عشري يجب استخدام النقطة كما في 1.5.
refuse-other-company = فتحت هذا النموذج في شركة أخرى، ولم يُحفظ شيء. لحفظه في الشركة الحالية يجب الضغط على «حفظ» مرة أخرى، وإلا فارجع إلى الشركة الأخرى أولًا.
fault-too-many-decimals = عدد المنازل العشرية أكثر من المسموح هنا. قرّب الرقم.
fault-out-of-range = هذا الرقم خارج النطاق المسموح هنا. تحقّق منه.
fault-negative = لا يمكن أن يكون هذا الرقم سالبًا. أدخل صفرًا أو أكثر.
fault-not-date = هذا ليس تاريخًا. اكتبه على هذا النحو: 2026/11/18
fault-not-choice = هذه القيمة ليست من الخيارات المتاحة. اختر واحدًا منها.
fault-not-bool = هذه القيمة ليست «نعم» ولا «لا». اكتب إحدى الكلمتين.
fault-control-character = في النص رموز لا يمكن عرضها. اكتبه يدويًا بدلًا من لصقه.
fault-not-link = لا يوجد شيء بهذا الاسم. اختر من القائمة.
fault-link-unclear = يدل هذا على { $one } وعلى { $other } معًا. اختر المقصود من القائمة.

## Refusals that any record can meet

refuse-no-lines = للمتابعة يجب إدخال بند واحد على الأقل.
refuse-state = الحالة الآن «{ $state }»، ولا يمكن معها تنفيذ «{ $action }». لمعرفة ما يمكن فعله الآن يجب تحميل السجل من جديد.
refuse-posted = لم يعد تعديل هذا المستند ممكنًا. لتصحيحه يجب عكسه أو إنشاء مستند جديد.
refuse-delete-posted = المستند المرقّم أو المرحّل يبقى في الدفاتر. لإبطال أثره يجب إلغاؤه أو عكسه.
refuse-saved-already = حُفظ هذا النموذج من قبل بمحتوى آخر. لتغيير ما حُفظ يجب فتح السجل المحفوظ، ولإنشاء سجل آخر يجب بدء نموذج جديد.
refuse-value = إحدى القيم غير مقبولة هنا. للحفظ يجب تصحيحها.
refuse-view-many = لديك { $most } عرضًا محفوظًا لهذه القائمة. لحفظ عرض آخر يجب إزالة واحد منها أو استعمال اسم أحدها.
refuse-view-long = في هذه القائمة شروط أكثر مما يمكن حفظه. لحفظها يجب حذف بعضها.
refuse-conflict = حُفظ هذا السجل من قِبل مستخدم آخر أثناء تعديلك له. للمتابعة يجب تحميله من جديد.
refuse-in-use = هذا السجل مستخدم في سجلات أخرى فلا يمكن حذفه. لإيقاف استخدامه اجعله غير نشط.
refuse-code-taken = هذا الرمز مستخدم في سجل آخر. أدخل رمزًا مختلفًا.
refuse-busy = يجري الآن حفظ السجلات نفسها من مستخدم آخر. لم يتغيّر شيء؛ حاول مجددًا.

## Fields

field-number = الرقم
field-code = الرمز
field-name = الاسم
field-date = التاريخ
field-state = الحالة
field-kind = النوع
field-active = نشط
field-note = ملاحظات
field-reason = السبب
field-reference = المرجع
field-description = الوصف
field-address = العنوان
field-customer = العميل
field-item = الصنف
field-warehouse = المستودع
field-unit = الوحدة
field-account = الحساب
field-currency = العملة
field-rate = سعر الصرف
field-payment_term = شروط السداد
field-tax_code = الرمز الضريبي
field-tax_number = الرقم الضريبي
field-quantity = الكمية
field-price = سعر الوحدة
field-discount = الخصم
field-cost = التكلفة
field-value = القيمة
field-amount = المبلغ
field-net = الصافي
field-tax = ضريبة القيمة المضافة
field-total = الإجمالي
field-base_total = الإجمالي بعملة الشركة
field-debit = مدين
field-credit = دائن

## States

state-draft = مسودة
state-sent = مُرسل
state-accepted = مقبول
state-rejected = مرفوض
state-expired = منتهي الصلاحية
state-superseded = مُستبدل
state-confirmed = مؤكد
state-partly_delivered = مُسلَّم جزئيًا
state-delivered = مُسلَّم
state-closed = مغلق
state-cancelled = ملغى
state-posted = مرحّل
state-returned = مُرتجع
state-partly_paid = مسددة جزئيًا
state-paid = مسددة
state-reversed = معكوس
state-open = مفتوحة

## Actions

action-send = تسجيل الإرسال
action-order = تحويل إلى أمر بيع
action-revise = إصدار نسخة معدّلة
action-reject = تسجيل الرفض
action-expire = تسجيل انتهاء الصلاحية
action-confirm = تأكيد
action-deliver = تسليم
action-invoice = فوترة
action-close = إغلاق
action-cancel = إلغاء الأمر
action-post = ترحيل
action-pay = قبض الدفعة
action-credit = إصدار إشعار دائن
action-return = إرجاع
action-reverse = عكس القيد
action-settle = تسوية الفواتير
action-refund = رد المبلغ
action-close_period = إقفال الفترة
action-reopen_period = إعادة فتح الفترة

## Views

view-active = النشطون
view-inactive = غير النشطة
view-draft = المسودات
view-posted = المرحّلة
view-open = المفتوحة
view-closed = المغلقة
view-accepted = المقبولة
view-lost = المرفوضة والمنتهية
view-to_deliver = بانتظار التسليم
view-to_invoice = بانتظار الفوترة
view-unpaid = غير المسددة
view-paid = المسددة
view-stock = البضائع
view-service = الخدمات
view-asset = الأصول
view-liability = المطلوبات
view-equity = حقوق الملكية
view-income = الإيرادات
view-expense = المصروفات

## العروض والأعمدة والتجميع واللوحات

views = العروض
view-save = حفظ هذه القائمة
view-name = الاسم
saved-view = عرض محفوظ
view-query = عوامل التصفية
view-shared = للجميع
view-keep = حفظ
view-forget = حذف هذا العرض
refuse-view-name = لحفظ القائمة يجب أن تعطيها اسمًا لا يزيد على { 60 } حرفًا.
columns = الأعمدة
column-up = تقديم { $column }
column-down = تأخير { $column }
column-out = إخفاء { $column }
group-by = تجميع حسب
group-count = السجلات
layout-board = عرض كلوحة
layout-list = عرض كقائمة
board-all = الكل ({ $count })
export = تصدير
import-fault-not-a-spreadsheet = هذا ليس جدول بيانات. لاستيراد قائمة يجب أن تقدم ملف CSV أو XLSX.
import-fault-encrypted = المصنف محمي بكلمة مرور. لاستيراده يجب أن تحفظه بدونها.
import-fault-damaged = المصنف تالف. افتحه في برنامج جداول واحفظه من جديد ثم حاول مرة أخرى.
import-fault-unpacked = المصنف كبير جدًا عند فك ضغطه. لاستيراده يجب أن تقسمه.
import-fault-columns = في الملف أكثر من { 500 } عمود. لاستيراده يجب أن تستبعد بعضها.
edit-rows = تعديل الحقول هنا
undo = تراجع
set-unsaved = لم يُحفظ
set-done = { $field }: { $value }
set-lost = تعذّر الوصول إلى ديوان ولم يتغير شيء. أعد المحاولة عند عودة الاتصال.
