# Plans: what a company may have and uses, and the console of whoever operates the installation.

refuse-plan-users = لإتاحة الدخول لشخص آخر يجب إيقاف أحد الأعضاء أو سحب دعوة أو الانتقال إلى خطة أكبر: عدد المستخدمين الآن { $used } والحد الأقصى { $most }.
refuse-plan-records = لإضافة سجلات أخرى يجب حذف ما لا تحتاج إليه منها أو الانتقال إلى خطة أكبر: لدى الشركة { $used } والحد الأقصى { $most }.
refuse-plan-storage = لحفظ «{ $name }» يجب إزالة ملفات أخرى أو الانتقال إلى خطة أكبر: سيبلغ حجم الملفات كلها { $used } ميغابايت والحد الأقصى { $most } ميغابايت.
refuse-plan-calls = لإرسال طلبات أخرى قبل { $date } يجب أن تنتقل شركتك إلى خطة أكبر: استُنفدت طلبات هذا الشهر كلها، وعددها { $most }. يبدأ العدّ من جديد مع بداية يوم { $date } بالتوقيت العالمي.
refuse-plan-portal = لا تشمل خطة الشركة بوابة العملاء. لفتح البوابة لأحد العملاء يجب الانتقال إلى خطة تشملها.
error-suspended = هذه الشركة موقوفة ولا يمكن لأحد فتحها. لإعادة فتحها يجب مراسلة الجهة المشغّلة لهذا النظام.
error-no-api = لا تشمل خطة الشركة الواجهة البرمجية. لاستخدامها يجب أن تنتقل الشركة إلى خطة تشملها.
error-no-portal = بوابة العملاء لهذه الشركة مغلقة. للاستعلام عن شيء يجب التواصل مع الشركة نفسها.

flag-api = الواجهة البرمجية (API)
flag-webhooks = إشعارات الويب
flag-import = استيراد الملفات
flag-custom_fields = الحقول المخصصة
flag-portal = بوابة العملاء
flag-mail = البريد الإلكتروني إلى العملاء

page-usage = الخطة والاستخدام
usage-plan = الخطة: { $plan }
usage-users = المستخدمون
usage-storage = الملفات
usage-records = السجلات
usage-calls = طلبات البرامج هذا الشهر
usage-rate = طلبات البرامج في الدقيقة
usage-rate-shared = لرموز الوصول كلها معًا
usage-rate-usual = الحد الذي يعطيه النظام لكل شركة
usage-calls-day = طلبات البرامج
usage-actions = الإجراءات
usage-of = من أصل { $most }
usage-unlimited = بلا حد أقصى
usage-parts = ما تشمله الخطة
usage-on = مفعّل
usage-off = غير مفعّل
usage-days = آخر { 90 } يومًا
usage-day = اليوم (بالتوقيت العالمي)
usage-no-days = لا قياسات بعد. تظهر الأرقام الأولى خلال ساعة.
usage-missed = طلبات لما لا وجود له
usage-missed-times = عدد المرات
usage-missed-last = آخر مرة (بالساعة)
usage-missed-hint = كم مرة طلب الأعضاء أو برامجهم خلال آخر { 30 } يومًا سجلًا أو ملفًا أو مهمة بمعرّف لا يوجد تحته ما يحق لهم رؤيته. القليل منها سببه روابط قديمة، والكثير قد يعني أن أحدًا يخمّن المعرّفات.
usage-hint = للانتقال إلى خطة أخرى راسل الجهة المشغّلة لهذا النظام.

operator = لوحة المشغّل
operator-company = الشركة
operator-country = البلد
operator-plan = الخطة
operator-people = الأشخاص
operator-grown = الجديد خلال { 30 } يومًا
operator-seen = آخر نشاط
operator-never = لا يوجد
operator-health = الحالة
operator-well = سليمة
operator-reached = بلغت الحد الأقصى: { $limits }
operator-trouble = تحتاج إلى متابعة: { $what }
operator-work = ما يجري تنفيذه
operator-jobs-failed = مهام فشلت
operator-jobs-stuck = مهام عالقة
operator-jobs-overdue = متأخرة أكثر من ساعة
operator-of-day = خلال آخر { 24 } ساعة
operator-hooks-failing = إشعارات ويب لا تصل
operator-hooks-off = الموقوفة منها: { $count }
operator-events-late = أحداث متأخرة
operator-event-oldest = أقدم حدث في الانتظار
operator-none-waits = لا شيء
operator-utc = بالتوقيت العالمي
operator-archived = آخر أرشيف
operator-archived-hint = أعدّته الشركة بنفسها
operator-missed = طلبات لما لا وجود له
operator-suspended = موقوفة
operator-suspended-count = { $count ->
    [zero] لا شركات موقوفة
    [one] شركة موقوفة واحدة
    [two] شركتان موقوفتان
    [few] { $count } شركات موقوفة
    [many] { $count } شركة موقوفة
   *[other] { $count } شركة موقوفة
}
operator-sort = الترتيب
operator-sort-name = بحسب الاسم
operator-sort-users = الأكثر مستخدمين
operator-sort-records = الأكثر سجلات
operator-sort-storage = الأكبر حجمًا للملفات
operator-sort-calls = الأكثر طلبات
operator-sort-grown = الأسرع نموًا
operator-sort-seen = الأحدث نشاطًا
operator-founded = تأسست في { $date }
operator-flag-plan = بحسب الخطة
operator-flag-plan-on = بحسب الخطة: مفعّل
operator-flag-plan-off = بحسب الخطة: غير مفعّل
operator-give = حفظ
operator-suspension = الإيقاف
operator-suspended-since = موقوفة منذ { $date }:
operator-suspend = إيقاف الشركة
operator-resume = إعادة الفتح
operator-reason = السبب
operator-suspend-hint = لا يمكن لأحد فتح شركة موقوفة، لا من الصفحات ولا من البرامج. لا يتغير شيء من بياناتها. يظهر السبب للمشغّلين فقط.
refuse-operator-reason = لإيقاف شركة يجب كتابة السبب.
operator-log = سجل إجراءات المشغّلين
operator-did-plan = تحديد الخطة
operator-did-suspend = إيقاف الشركة
operator-did-resume = إعادة فتح الشركة

plans = الخطط
plan-new = خطة جديدة
plan-remove = حذف
plan-name-english = الاسم (بالإنجليزية)
plan-name-arabic = الاسم (بالعربية)
plan-storage = الملفات (غيغابايت)
plan-calls = طلبات البرامج في الشهر
plan-limits-hint = الحد المتروك فارغًا يعني بلا حد. أما الملفات وطلبات البرامج في الدقيقة فيُطبَّق عليها عندئذ الحد الذي يعطيه النظام لكل شركة.
plan-parts = أجزاء ديوان
plan-parts-all = الكل
plan-parts-all-hint = الكل، وما يُضاف منها لاحقًا
plan-shared = { $count ->
    [zero] لا توجد شركة على هذه الخطة.
    [one] شركة واحدة على هذه الخطة. يسري أي تعديل عليها فورًا.
    [two] شركتان على هذه الخطة. يسري أي تعديل عليهما فورًا.
    [few] { $count } شركات على هذه الخطة. يسري أي تعديل عليها فورًا.
    [many] { $count } شركة على هذه الخطة. يسري أي تعديل عليها فورًا.
   *[other] { $count } شركة على هذه الخطة. يسري أي تعديل عليها فورًا.
}
refuse-plan-code = يتكون الرمز من { 30 } خانة على الأكثر من حروف لاتينية صغيرة وأرقام وشرطات سفلية، ويبدأ بحرف. لحفظ الخطة يجب اختيار رمز كهذا، مثل «basic».
operator-did-add_plan = إضافة خطة
operator-did-change_plan = تعديل خطة
operator-did-remove_plan = حذف خطة
