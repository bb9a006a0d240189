# الشركة نفسها وفروعها وأعضاؤها وأدوارهم.

module-administration = الإدارة

company = الشركة
company-many = بيانات الشركة
company-new = بيانات الشركة
company-empty = لكل شركة بياناتها منذ يوم تأسيسها.
company-name = اسم الشركة
field-phone = الهاتف
field-email = البريد الإلكتروني
field-country = البلد
field-time_zone = المنطقة الزمنية
field-weekend = العطلة الأسبوعية
choice-weekend-fri_sat = الجمعة والسبت
choice-weekend-sat_sun = السبت والأحد
choice-weekend-thu_fri = الخميس والجمعة
choice-weekend-fri = الجمعة
choice-weekend-sun = الأحد
field-fiscal_start = بداية السنة المالية (شهر-يوم)
refuse-fiscal-start = هذا ليس يومًا يأتي في كل سنة. اكتب الشهر ثم اليوم، مثل 01-01 أو 07-01.
field-tax_rounding = تقريب الضريبة
choice-tax_rounding-document = على مجموع كل نسبة
choice-tax_rounding-line = على كل بند
field-over_delivery = نسبة الزيادة المسموح بها في التسليم
refuse-time-zone = هذا ليس اسم منطقة زمنية. اكتب اسمًا مثل Asia/Riyadh أو Africa/Cairo.

branch = فرع
branch-many = الفروع
branch-new = فرع جديد
branch-empty = لكل فرع مستنداته، ويمكن حصر الموظفين في فروعهم.
field-branch = الفرع

member = عضو
member-many = الأعضاء
member-new = دعوة عضو
member-empty = ادعُ من تعمل معهم وامنح كل واحد منهم دورًا.
member-role = الدور
member-customer = العميل
member-user_id = الحساب
state-active = نشط
state-blocked = موقوف
member-state-invited = مدعو
member-action-block = إيقاف
member-action-unblock = السماح بالدخول مجددًا
member-action-join = قبول الدعوة
member-view-invited = المدعوون
member-view-blocked = الموقوفون
member-invitation = أرسل هذا الرابط إلى { $email }. يصلح مرة واحدة خلال سبعة أيام لدخول الشركة.
refuse-member-email = انضم شخص بهذا العنوان. لتغييره يجب أن تدعو العنوان الجديد وتوقف القديم.
refuse-portal-customer = لفتح بوابة العملاء لشخص ما يجب أن تختار العميل الذي يعمل لديه.
refuse-customer-portal = أصحاب أدوار البوابة وحدهم يعملون لدى عميل. للمتابعة يجب أن تفرغ هذا الحقل أو تختار دورًا من هذا النوع.
refuse-last-owner = ستبقى الشركة بلا مالك. للمتابعة يجب أن تجعل شخصًا آخر مالكًا أولًا.

role = دور
role-many = الأدوار
role-new = دور جديد
role-empty = يحدد الدور ما يراه الأشخاص وما يفعلونه.
role-base = يبدأ من
role-view-customers = للعملاء
role-line-record = السجلات
role-line-field = الحقل
role-line-sees = عرض
role-line-creates = إنشاء
role-line-changes = تعديل
role-line-deletes = حذف
role-line-acts = الإجراءات
role-line-reach = أي الصفوف
choice-base-owner = المالك: كل شيء
choice-base-accountant = المحاسب
choice-base-sales = المبيعات
choice-base-buyer = المشتريات
choice-base-storekeeper = أمين المستودع
choice-base-production = الإنتاج
choice-base-auditor = المدقق: يرى كل شيء ولا يغيّر شيئًا
choice-base-portal = بوابة العملاء: ما يخص العميل وحده
choice-base-nothing = لا شيء: تُمنح كل صلاحية يدويًا
choice-reach-all = الكل
choice-reach-branch = فرعه فقط
choice-reach-own = سجلاته فقط
choice-reach-party = عميله فقط

rights = صلاحيات هذا الدور
rights-after-saving = احفظ الدور لتحديد صلاحياته. يبدأ بما يمنحه الأساس الذي اخترته.
rights-record = السجلات
rights-sees = عرض
rights-creates = إنشاء
rights-changes = تعديل
rights-deletes = حذف
rights-acts = الإجراءات
rights-reach = أي الصفوف
rights-fields = حقول محجوبة
rights-keep-field = احجب حقلًا …
rights-read-only = للقراءة فقط
refuse-right-record = لا يوجد هذا النوع من السجلات. للمتابعة يجب اختيار نوع من القائمة.
refuse-right-field = الحقل «{ $field }» يعرّف السجل ويظهر لكل من يرى السجل. لحجبه عن هذا الدور يجب سحب صلاحية عرض هذه السجلات منه.
refuse-right-reach = لا يمكن حصر هذه السجلات بهذه الطريقة. للمتابعة يجب أن تختار حصرًا آخر.
refuse-owner-rights = للمالك كل الصلاحيات. لمنح صلاحيات أقل يجب أن تنشئ دورًا يبدأ من أساس آخر.
refuse-role-base = لا يتغير ما يبدأ منه الدور. للبدء من أساس آخر يجب أن تنشئ دورًا جديدًا.
refuse-beyond-reach = لا يمكنك هنا حفظ إلا ما يخصك. للحفظ يجب أن تختار ما يخصك.

join = الانضمام إلى { $company }
join-lead = دُعي { $email }. اختر كلمة مرور، أو أدخل كلمة مرور الحساب الذي لديك.
join-submit = انضمام
join-ended = انتهت هذه الدعوة
join-ended-hint = استُخدمت الدعوة أو سُحبت أو مضى عليها أكثر من سبعة أيام. اطلب رابطًا جديدًا ممن دعاك.
company-add = إضافة شركة
company-add-lead = ستكون مالكها. وما لديك في الشركات الأخرى يبقى فيها.
import-fault-kept-from = لا يسمح لك دورك بتغيير هذا الحقل. لاستيراد الملف يجب أن تستبعد العمود.

## سجل التدقيق

page-audit = سجل التدقيق
event-delete = حذف
audit-at = الوقت
audit-member = العضو
audit-record = السجل
audit-action = الإجراء
audit-changes = التغييرات
audit-address = عنوان الشبكة
audit-request = معرّف الطلب
audit-fields = { $count ->
    [zero] لا حقول
    [one] حقل واحد
    [two] حقلان
    [few] { $count } حقول
    [many] { $count } حقلًا
   *[other] { $count } حقل
}
audit-chain = { $count ->
    [zero] السلسلة فارغة، وتنتهي بالبصمة
    [one] مدخل واحد في السلسلة، وتنتهي بالبصمة
    [two] مدخلان في السلسلة، وتنتهي بالبصمة
    [few] { $count } مداخل في السلسلة، وتنتهي بالبصمة
    [many] { $count } مدخلًا في السلسلة، وتنتهي بالبصمة
   *[other] { $count } مدخل في السلسلة، وتنتهي بالبصمة
}
hand-on-copy = نسخ
hand-on-copied = نُسخ

custom_field = حقل مخصص
custom_field-many = الحقول المخصصة
custom_field-new = حقل مخصص جديد
custom_field-empty = احفظ ما تحتاجه منشأتك إلى جانب ما يطلبه ديوان: في أي سجل، وفي نموذجه وقائمته والبحث والملفات والصلاحيات.
custom_field-view-active = مستخدمة
custom_field-view-inactive = موقوفة
custom_field-record = في سجلات
custom_field-name = الاسم
custom_field-code = الرمز في الملفات والبرامج
custom_field-kind = نوع القيمة
custom_field-target = يشير إلى
custom_field-start = القيمة المبدئية
custom_field-position = الترتيب في النموذج
custom_field-required = إلزامي
custom_field-listed = عمود في القائمة
custom_field-active = مستخدم
custom_field-line-english = الخيار بالإنجليزية
custom_field-line-arabic = الخيار بالعربية
custom_field-line-word = الرمز
choice-kind-text = نص
choice-kind-number = رقم
choice-kind-date = تاريخ
choice-kind-choice = خيار من عدة خيارات
choice-kind-link = سجل آخر
choice-kind-yes_no = نعم أو لا
refuse-custom-code = لتسمية الحقل في الملفات يجب كتابة رمز من أحرف لاتينية صغيرة وأرقام و _ على أن يبدأ بحرف.
refuse-custom-record = لإضافة حقل يجب اختيار سجل يملؤه المستخدمون بأنفسهم.
refuse-custom-target = ليشير الحقل إلى سجل آخر يجب تحديد نوع ذلك السجل.
refuse-custom-no-choices = لعرض خيارات يجب كتابة خيار واحد على الأقل في الأسفل.
refuse-custom-choice-twice = للتمييز بين الخيارات يجب أن يكون لكل منها رمز خاص به.
refuse-custom-start-link = الحقل الذي يشير إلى سجل يبدأ فارغًا. لحفظه يجب ترك هذه الخانة فارغة.
refuse-custom-fixed = تعتمد على هذه القيمة بيانات محفوظة. لتغييرها أضف حقلًا آخر وأوقف هذا الحقل.
refuse-custom-many = لإضافة حقل يجب أولًا حذف حقل آخر من هذه السجلات: الحد الأقصى { $most }.

## رموز وصول البرامج

api_token = رمز وصول
api_token-many = رموز الوصول
api_token-new = رمز وصول جديد
api_token-empty = يتيح الرمز لبرنامج ما أن يعمل هنا بصلاحيات أحد الأعضاء أو ببعضها ولمدة محددة.
api_token-member = يعمل بصلاحيات
api_token-scope = المسموح له
api_token-expires = صالح حتى
api_token-last_used = آخر استخدام
api_token-line-record = هذه السجلات فقط
choice-scope-read = القراءة
choice-scope-write = القراءة والتعديل
api_token-state-revoked = ملغى
api_token-action-revoke = إلغاء الرمز
api_token-view-revoked = الملغاة
api_token-secret = أعطِ هذا السر للبرنامج. يظهر لك وحدك إلى أن يستخدمه البرنامج أول مرة. وما يستطيع البرنامج طلبه تجده في صفحة «للمطوّرين».
refuse-token-expires = لحماية شركتك يجب اختيار يوم من اليوم فصاعدًا، على ألا يزيد على { $most } يومًا.
refuse-token-member = لا يمنح برنامجًا صلاحيات غيره إلا من يحق له تعديل الأعضاء. للمتابعة يجب أن تختار نفسك.
refuse-token-further = رمز الوصول مقصور على أنواع معينة من السجلات. للمتابعة يجب تحديد سجلات هنا، ومما يجيزه الرمز فقط.

## إشعارات الويب

webhook = إشعار ويب
webhook-many = إشعارات الويب
webhook-new = إشعار ويب جديد
webhook-empty = يخبر إشعار الويب (Webhook) برنامجًا آخر بما يحدث هنا فور حدوثه.
webhook-url = العنوان الذي يُستدعى
webhook-member = يخبر بما يحق لهذا العضو رؤيته
webhook-line-record = هذه السجلات فقط
webhook-line-event = هذا الحدث فقط
webhook-state-paused = موقوف
webhook-action-pause = إيقاف
webhook-action-resume = استئناف
webhook-action-turn_secret = تغيير السر
webhook-view-paused = الموقوفة
webhook-secret = تحقّق بهذا السر مما يصلك. وبعد تغييره تُوقَّع الرسائل بالسر السابق أيضًا مدة يوم. وتجد طريقة التحقق في صفحة «للمطوّرين».
refuse-webhook-url = لإرسال الأحداث يجب أن تكتب عنوان https على المنفذ المعتاد، ليس فيه اسم مستخدم ولا كلمة مرور ولا يقع داخل شبكة خاصة.
refuse-webhook-event = لا يوجد لهذه السجلات حدث بهذا الاسم. للمتابعة يجب أن تكتب حدثًا يذكره التوثيق، مثل create أو comment أو erase أو اسم إجراء، أو تترك الخانة فارغة لكل الأحداث.
webhook-outcome-accepted = قُبل
webhook-outcome-refused = رفضه المستقبِل
webhook-outcome-no_answer = لا رد في الوقت المحدد
webhook-outcome-no_connection = تعذّر الاتصال
webhook-outcome-unreadable = تعذّرت قراءة الرد
webhook-outcome-no_address = عنوان لا يجوز استدعاؤه
webhook-outcome-unknown_name = لا يقود اسم النطاق إلى عنوان عام
webhook-outcome-withheld = ليس لهذا العضو أن يراه
page-webhook-log = سجل إشعارات الويب
webhook-log-empty = لم يُرسل شيء بعد
webhook-log-empty-hint = يُعرض هنا ما ترسله إشعارات الويب مع كل محاولة.
webhook-log-at = وقت الحدث
webhook-log-event = الحدث
webhook-log-attempts = المحاولات
webhook-log-replay = إعادة الإرسال
webhook-log-state-waiting = قيد الانتظار
webhook-log-state-delivered = سُلّم
webhook-log-state-failed = فشل
webhook-log-state-withheld = حُجب
webhook-log-took = { $milliseconds } ملي ثانية
page-developers = للمطوّرين
developers-read = قراءة التوثيق
developers-openapi = OpenAPI 3.1
developers-events = كيف تُرسل الأحداث
refuse-webhook-paused = إشعار الويب هذا موقوف. لإعادة إرسال الرسالة يجب أن تستأنفه أولًا.
webhook-view-active = النشطة
api_token-view-active = النشطة
