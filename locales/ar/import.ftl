# الاستيراد: ملف يُفحص ثم يُستورد في الخلفية، ويمكن التراجع عنه.

import-past = عمليات استيراد سابقة
import-state-arriving = قيد الوصول
import-state-uploaded = لم يُفحص
import-state-rehearsing = قيد الفحص
import-state-rehearsed = فُحص
import-state-importing = قيد الاستيراد
import-state-done = استُورد
import-state-failed = فشل
import-state-cancelled = أُوقف
import-state-undoing = قيد التراجع
import-state-undone = تم التراجع عنه
import-skip = استيراد دون الصفوف الخاطئة
import-undo = التراجع عن الاستيراد
import-rest = الصفوف المستبعدة
import-faults = كل الأخطاء
import-fault-place = الصف { $line } · { $column }: { $reason }
import-fault-row = الصف { $line }: { $reason }
import-more-bad = { $count ->
    [zero] لا أخطاء أخرى.
    [one] خطأ واحد آخر غير معروض.
    [two] خطآن آخران غير معروضين.
    [few] { $count } أخطاء أخرى غير معروضة.
    [many] { $count } خطأً آخر غير معروض.
   *[other] { $count } خطأ آخر غير معروض.
}
import-fixed = قيمة واحدة لكل الصفوف
import-fixed-none = بلا حقل
import-fixed-text = النص لكل الصفوف
import-examples = أول ما ينتج من الملف
import-creates = جديد
import-changes = معدّل
import-more-changes = { $count ->
    [zero] لا حقول أخرى تتغيّر.
    [one] حقل واحد آخر يتغيّر.
    [two] حقلان آخران يتغيّران.
    [few] { $count } حقول أخرى تتغيّر.
    [many] { $count } حقلًا آخر يتغيّر.
   *[other] { $count } حقل آخر يتغيّر.
}
import-lines = { $count ->
    [zero] بلا بنود
    [one] بند واحد
    [two] بندان
    [few] { $count } بنود
    [many] { $count } بندًا
   *[other] { $count } بند
}

import-could-skip = يمكنك استيراد الملف دون صفوفه الخاطئة. السجلات الجديدة: { $created }. السجلات المعدّلة: { $changed }. الصفوف المستبعدة: { $skipped }.
import-done = تم استيراد الملف. السجلات الجديدة: { $created }. السجلات المعدّلة: { $changed }.
import-skipped = الصفوف المستبعدة: { $skipped }. لاستيرادها يجب أن تنزّلها وتصحّحها ثم تقدّم ملفها لاستيراد جديد.
import-failed = تغيّر شيء منذ فحص الملف. لم يُكتب شيء. أعد الفحص.
import-broke = تعذّر إتمام الاستيراد. لم يُكتب شيء. أعد فحص الملف.
import-stopped = أُوقف الاستيراد. لم يُكتب شيء.
import-stopped-half = أُوقف الاستيراد قبل إتمامه. يمكنك متابعته أو التراجع عنه. السجلات الجديدة حتى الآن: { $created }. السجلات المعدّلة: { $changed }.
import-undone = تم التراجع عن الاستيراد، وعاد كل شيء كما كان.

import-undo-changed = لا يمكن التراجع عن الاستيراد: عُدّل «{ $title }» أو رُحّل بعده. للتراجع يجب أولًا إلغاء ذلك.
import-undo-named = لا يمكن التراجع عن الاستيراد: «{ $title }» مذكور في { $record } «{ $other }». للتراجع يجب أولًا إزالته من هناك.
import-undo-used = لا يمكن التراجع عن الاستيراد: «{ $title }» قيد الاستعمال. للتراجع يجب أولًا إزالة ما يستعمله.
import-undo-files = لا يمكن التراجع عن الاستيراد: أُرفقت ملفات بـ«{ $title }». للتراجع يجب أولًا إزالتها.

import-fault-lines = لا يتسع السجل الواحد لأكثر من { $most } بند، وهذه الصفوف كلها بنود سجل واحد. ميّز صفوف كل سجل بشيء خاص بها، كالمرجع مثلًا.
import-fault-parents = توجد عدة مسودات باسم «{ $text }». لإضافة بنود يجب ذكر اسم لا تحمله إلا واحدة منها.
import-fault-target-twice = يذهب عمودان إلى الحقل نفسه. لاستيراد الملف يجب أن تستبعد أحدهما.
import-factor = اضرب في
refuse-import-factor = إذا ضُرب العمود في صفر لم يبق منه شيء. لاستيراد أرقامه كما هي يجب أن تترك هذه الخانة فارغة.
refuse-import-moved = لا يمكن فعل هذا بالاستيراد على حاله الآن. افتح صفحته من جديد لترى أين وصل.
import-in-english = { $field } (بالإنجليزية)
import-in-arabic = { $field } (بالعربية)
import-changes-existing = تعديل السجلات الموجودة بمطابقة «{ $field }»
import-changes-hint = يحل ما في الملف محل ما كان: الخلية الفارغة تُفرغ حقلها، وبنود الملف تحل محل كل بنود السجل. أما الحقول التي لا عمود لها في الملف فتبقى كما هي.
import-fault-no-key = لتعديل السجلات الموجودة يجب أن يكون في الملف عمود للحقل «{ $field }».
import-fault-settled = «{ $text }» موجود ولا يمكنك تعديله: فهو مغلق أو يخص غيرك. لاستيراد الملف يجب أن تستبعد هذا الصف.
