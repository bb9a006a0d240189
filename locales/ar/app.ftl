# The frame around every page, signing in, errors, the first page and the reports.

diwan = ديوان
home = الرئيسية
menu = القائمة
more = المزيد
skip = الانتقال إلى محتوى الصفحة
breadcrumb = مسار الصفحة
language = اللغة
back = رجوع
print = طباعة
print-instalments = جدول الأقساط
print-draft-tax = مسودة – ليست فاتورة ضريبية
print-tax-invoice = فاتورة ضريبية
print-simplified-tax-invoice = فاتورة ضريبية مبسطة
print-tax-credit-note = إشعار دائن ضريبي
print-refund = سند صرف
print-debit-note = إشعار مدين
print-tax-debit-note = إشعار مدين ضريبي
print-advance-invoice = فاتورة دفعة مقدمة
print-tax-advance-invoice = فاتورة ضريبية – دفعة مقدمة
print-simplified-tax-advance-invoice = فاتورة ضريبية مبسطة – دفعة مقدمة
print-supplied = تاريخ التوريد
print-seller-tax-number = رقمنا الضريبي
print-by-rate = الضريبة حسب النسبة
print-taxable = المبلغ الخاضع للضريبة
print-untaxed = بلا رمز ضريبي
print-base-tax = ضريبة القيمة المضافة بعملة { $currency }
print-mail = إرسال بالبريد الإلكتروني
event-mail = إرسال بالبريد الإلكتروني
refuse-mail-off = لا يرسل ديوان بريدًا إلكترونيًا هنا. لإرسال هذا يجب استخدام برنامج بريدك، ويفتحه «إرسال بالبريد الإلكتروني» في صفحة الطباعة.
print-mail-title = { $document } { $number }، { $company }
print-mail-text = يسرّنا أن نقدّم إليكم عرضنا على الرابط التالي، ويمكنكم قبوله أو رفضه هناك دون الحاجة إلى حساب.
offer-answer = ردّكم
offer-lead = حدّدوا ما ترغبون فيه من البنود الاختيارية إن وُجدت. ردّكم هنا ملزم لكم كتوقيعكم.
offer-name = اسمكم
offer-take = إضافة البند { $line }
offer-accept = قبول
offer-reason = السبب في حال الرفض
offer-decline = رفض
offer-accepted = تم قبول هذا العرض.
offer-accepted-by = تم قبول هذا العرض باسم { $name }.
offer-declined = تم رفض هذا العرض.
offer-declined-by = تم رفض هذا العرض باسم { $name }.
offer-none = لا يوجد عرض هنا
offer-none-hint = ربما انتهت صلاحيته أو صدرت نسخة أحدث منه. اطلبوا رابطًا جديدًا ممن أرسل إليكم هذا الرابط.
offer-too-many = تصل من شبكتكم طلبات كثيرة جدًا. انتظروا دقيقة ثم حاولوا مرة أخرى.
from = من
to = إلى
show = عرض
yes = نعم
no = لا
theme-auto = ألوان الجهاز
theme-light = ألوان فاتحة
theme-dark = ألوان داكنة
density-compact = صفوف متقاربة
density-normal = صفوف عادية
density-roomy = صفوف متباعدة
digits-arabic = الأرقام العربية المشرقية
digits-western = الأرقام الغربية
favourite = مفضلة
companies = الشركات
company-current = المفتوحة الآن

## Signing in and founding a company

email = البريد الإلكتروني
password = كلمة المرور
password-hint = { 10 } أحرف على الأقل. الجملة القصيرة أسهل تذكّرًا.
sign-in = تسجيل الدخول
sign-in-lead = سجّل الدخول ببريدك الإلكتروني وكلمة المرور.
sign-in-no-company = ليست لديك شركة هنا بعد؟
sign-out = تسجيل الخروج
sign-up = إنشاء شركة
sign-up-lead = يُعدّ ديوان دليل الحسابات والضرائب والفترات المحاسبية بحسب بلدك، ويمكن تعديلها لاحقًا.
sign-up-company = اسم الشركة
sign-up-country = البلد
sign-up-currency = عملة الدفاتر
sign-up-name = اسمك
sign-up-submit = إنشاء الشركة
sign-up-have = لديك حساب من قبل؟

country-SA = المملكة العربية السعودية
country-SA-hint = ريال سعودي · ضريبة { 15 }٪
country-AE = الإمارات العربية المتحدة
country-AE-hint = درهم إماراتي · ضريبة { 5 }٪
country-EG = مصر
country-EG-hint = جنيه مصري · ضريبة { 14 }٪
country-XX = بلد آخر
country-XX-hint = دولار أمريكي · ضرائب للتمثيل


refuse-sign-in = البريد الإلكتروني أو كلمة المرور غير صحيحة. تحقّق منهما ثم حاول مجددًا.
refuse-company-name = لإنشاء شركة يجب إدخال اسمها، وألا يزيد على { 200 } حرف.
refuse-person-name = لإنشاء حسابك يجب إدخال اسمك، وألا يزيد على { 200 } حرف.
refuse-email = هذا ليس عنوان بريد إلكتروني صحيحًا. اكتبه على هذا النحو: name@company.com
refuse-email-taken = هذا البريد الإلكتروني مسجّل من قبل. سجّل الدخول به أو أدخل عنوانًا آخر.
refuse-password-short = لحماية بيانات شركتك يجب اختيار كلمة مرور لا يقل عدد أحرفها عن { $least }.

## Errors

error-404 = الصفحة غير موجودة
error-403 = غير مسموح
error-500 = حدث خطأ
error-not-found = لا يوجد شيء في هذا العنوان، أو لا يُسمح لك بالاطلاع عليه. تحقّق من العنوان أو ابدأ من الصفحة الرئيسية.
error-denied = صلاحيتك لا تسمح بهذا الإجراء. لتنفيذه يجب طلب صلاحية أخرى من مالك الشركة.
error-signed-out = انتهت جلستك. للمتابعة يجب تسجيل الدخول من جديد.
error-bad-request = تعذّرت قراءة العنوان أو النموذج. ارجع إلى الصفحة السابقة وأعد تحميلها ثم حاول مجددًا.
error-internal = تعذّر تنفيذ الطلب، ولم يتغيّر شيء. حاول مجددًا، وإن تكرر ذلك فأبلغ الدعم بالرقم المرجعي { $reference }.
error-origin = لم يأتِ هذا الطلب من صفحات ديوان. لتغيير أي شيء يجب أن تفعل ذلك من صفحات ديوان نفسها.
error-network = تعذّر الاتصال بديوان. تحقّق من اتصالك بالشبكة ثم حاول مجددًا. ({ $detail })
to-home = الانتقال إلى الرئيسية

## The first page

home-morning = صباح الخير، { $name }
home-afternoon = طاب نهارك، { $name }
home-evening = مساء الخير، { $name }
home-cash = النقد والبنوك
home-cash-weeks = آخر ثمانية أسابيع
home-overdue = مستحقات متأخرة على العملاء
home-overdue-customers = { $count ->
    [zero] لا عملاء متأخرين عن السداد
    [one] عميل واحد متأخر عن السداد
    [two] عميلان متأخران عن السداد
    [few] { $count } عملاء متأخرون عن السداد
    [many] { $count } عميلًا متأخرًا عن السداد
   *[other] { $count } عميل متأخر عن السداد
}
home-health = سلامة الدفاتر
home-to-deliver = أوامر بانتظار التسليم
home-ages = أعمار الذمم المدينة
home-sales-cost = المبيعات والتكلفة شهريًا
home-sales = المبيعات
home-cost = التكلفة

age-0 = لم تُستحق بعد
age-30 = من { 1 } إلى { 30 } يومًا
age-60 = من { 31 } إلى { 60 } يومًا
age-90 = من { 61 } إلى { 90 } يومًا
age-more = أكثر من { 90 } يومًا
age-overdue = متأخرة السداد
age-credit = رصيد دائن غير مستخدم

waits = بانتظارك
waits-nothing = لا شيء بانتظارك.
waits-late = كان موعد التسليم { $date }
waits-overdue = كان موعد السداد { $date }
waits-expiring = صالح حتى { $date }
waits-expired = انتهت صلاحيته في { $date }
waits-list-overdue = فواتير متأخرة السداد
waits-list-expiring = عروض أسعار تنتهي صلاحيتها قريبًا
waits-list-unallocated = سندات قبض لها رصيد غير مستخدم
waits-list-drafts = { $records }: { $what }
waits-mentions = إشارات إليك لم تقرأها
waits-more = { $count ->
    [zero] ولا شيء غيرها
    [one] وواحد غيرها
    [two] واثنان غيرها
    [few] و{ $count } غيرها
    [many] و{ $count } غيرها
   *[other] و{ $count } غيرها
}

health-all = { $count ->
    [zero] لا توجد فحوص
    [one] الفحص الوحيد سليم
    [two] الفحصان سليمان
    [few] { $count } فحوص، كلها سليمة
    [many] { $count } فحصًا، كلها سليمة
   *[other] { $count } فحص، كلها سليمة
}
health-broken = { $count ->
    [zero] لا فحوص غير سليمة
    [one] فحص واحد غير سليم
    [two] فحصان غير سليمين
    [few] { $count } فحوص غير سليمة
    [many] { $count } فحصًا غير سليم
   *[other] { $count } فحص غير سليم
}
health-now = فُحصت الآن
health-look = عرض التفاصيل
health-call = الدفاتر غير متطابقة. قبل ترحيل أي مستند آخر يجب معالجة الفحوص المعلَّمة أدناه.

## Modules, pages and reports

module-sales = المبيعات
module-inventory = المخزون
module-finance = المالية

page-trial-balance = ميزان المراجعة
page-general-ledger = دفتر الأستاذ العام
page-books-health = سلامة الدفاتر
page-stock-on-hand = أرصدة المخزون
page-receivables = الذمم المدينة

report-opening = الرصيد الافتتاحي
report-closing = الرصيد الختامي
report-balance = الرصيد
report-total = الإجمالي
report-document = المستند
report-party = الطرف أو البيان
report-more = النتائج أكثر مما يظهر هنا. لعرض الباقي ضيّق نطاق البحث.
report-carried = الرصيد المنقول
report-first = الصفحة الأولى
report-at = حتى تاريخ
report-age = عمر الدين
report-due = تاريخ الاستحقاق
report-late = أيام التأخير
report-open = المتبقي
report-in-books = في الدفاتر
report-no-centre = بلا مركز تكلفة
report-nothing-open = لا مبالغ مفتوحة.

statement = كشف حساب
statement-open = الرصيد في الدفاتر
statement-reversal = عكس { $record }
statement-nothing = لا مبالغ مفتوحة ولا حركات في هذه الأيام.

## Months and days

month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
month-1-short = يناير
month-2-short = فبراير
month-3-short = مارس
month-4-short = أبريل
month-5-short = مايو
month-6-short = يونيو
month-7-short = يوليو
month-8-short = أغسطس
month-9-short = سبتمبر
month-10-short = أكتوبر
month-11-short = نوفمبر
month-12-short = ديسمبر
weekday-1 = الاثنين
weekday-2 = الثلاثاء
weekday-3 = الأربعاء
weekday-4 = الخميس
weekday-5 = الجمعة
weekday-6 = السبت
weekday-7 = الأحد

my-account = حسابي
account-devices = الأجهزة المسجَّل دخولك منها
account-device = الجهاز
account-device-unknown = جهاز غير معروف
account-here = هذا الجهاز
account-address = العنوان
account-since = منذ
account-end-others = تسجيل الخروج من الأجهزة الأخرى كلها
account-password = كلمة المرور
account-password-now = كلمة المرور الحالية
account-password-next = كلمة المرور الجديدة
account-password-change = تغيير كلمة المرور
refuse-password-wrong = لتغيير كلمة المرور يجب كتابة كلمة المرور الحالية، وهذه ليست هي. بعد عشر محاولات خاطئة يتعذر تسجيل الدخول بهذا العنوان مدة خمس عشرة دقيقة.
