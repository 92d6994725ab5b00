"""What the status page says, in plain words: prose for people, in three scripts."""

from typing import Literal

Standing = Literal[
    "received", "in_work", "waiting_for_you", "offer", "settling", "dispute", "resolved", "closed", "withdrawn",
    "rejected",
]  # fmt: skip

STANDING: dict[str, dict[Standing, tuple[str, str]]] = {
    "en": {
        "received": ("We have it", "Your complaint is with us. Somebody reads it next."),
        "in_work": ("We are looking into it", "Somebody is responsible for it and is finding out what happened."),
        "waiting_for_you": ("We need something from you", "To go on, we need what is named below."),
        "offer": ("We have an offer for you", "What happened has been established. You find what we offer below."),
        "settling": ("On its way to you", "You accepted the offer. It is being carried out."),
        "dispute": ("We have not agreed yet", "Your answer is with somebody who did not handle it before."),
        "resolved": ("Settled", "What was agreed has been done. If it has not reached you, tell us."),
        "closed": ("Closed", "This complaint is closed. You can have it looked at again within 30 days."),
        "withdrawn": ("Withdrawn", "You withdrew this complaint. Tell us if you change your mind."),
        "rejected": ("Not taken up", "We could not take this up. The reason was sent to you."),
    },
    "zh-Hans": {
        "received": ("已收到", "您的投诉已登记，接下来会有人处理。"),
        "in_work": ("正在处理", "已有专人负责，正在核实情况。"),
        "waiting_for_you": ("需要您补充", "请补充下面列出的信息，以便继续处理。"),
        "offer": ("有方案待您答复", "情况已经核实，方案见下方。"),
        "settling": ("正在办理", "您已接受方案，正在办理。"),
        "dispute": ("尚未达成一致", "您的意见已转交此前未经手的人员处理。"),
        "resolved": ("已办结", "商定的事项已经办好。如果您没有收到，请告诉我们。"),
        "closed": ("已关闭", "本投诉已关闭。30 天内您可以要求重新处理。"),
        "withdrawn": ("已撤回", "您已撤回本投诉。如果改变主意，请告诉我们。"),
        "rejected": ("未予受理", "本投诉未予受理，原因已发送给您。"),
    },
    "zh-Hant": {
        "received": ("已收到", "您的投訴已登記，接下來會有人處理。"),
        "in_work": ("正在處理", "已有專人負責，正在查證情況。"),
        "waiting_for_you": ("需要您補充", "請補充下面列出的資料，以便繼續處理。"),
        "offer": ("有方案待您答覆", "情況已經查證，方案見下方。"),
        "settling": ("正在辦理", "您已接受方案，正在辦理。"),
        "dispute": ("尚未達成一致", "您的意見已轉交先前未經手的人員處理。"),
        "resolved": ("已辦結", "商定的事項已經辦好。如果您沒有收到，請告訴我們。"),
        "closed": ("已關閉", "本投訴已關閉。30 天內您可以要求重新處理。"),
        "withdrawn": ("已撤回", "您已撤回本投訴。如果改變主意，請告訴我們。"),
        "rejected": ("未予受理", "本投訴未予受理，原因已發送給您。"),
    },
}

LABELS: dict[str, dict[str, str]] = {
    "en": {
        "accept": "Accept", "refuse": "Decline", "choose": "Choose", "noted": "Your answer is noted.",
        "title": "Your complaint", "reference": "Reference", "received": "Received", "expected": "Answer expected by",
        "line": "Service", "understood": "What we understood", "wish": "Your wish", "incident_on": "When it happened",
        "correct": "If something is wrong, tell whoever took your complaint, with the reference above.",
        "missing": "Please send us", "offers": "What was decided", "open_until": "Please answer by",
        "safety": "A person may be in danger here: we treat this before everything else. If you are in danger now, "
                  "call the emergency services first.",
        "unreached": "We could not reach you by the contact given. Please tell us another way.",
        "withdrawn": "You asked to withdraw. Where somebody may be in danger we go on all the same.",
        "added": "Added by you since", "none": "There is nothing here",
        "none_detail": "The link is not complete, or not ours. Please check it.",
        "gone": "Erased", "gone_detail": "This was erased at the person's wish.",
        "later": "Not just now", "later_detail": "We cannot look this up at the moment. Nothing is lost: please try "
                                                 "again in a minute.",
    },
    "zh-Hans": {
        "accept": "接受", "refuse": "不接受", "choose": "选择", "noted": "您的答复已记录。",
        "title": "您的投诉", "reference": "编号", "received": "收到时间", "expected": "预计答复时间",
        "line": "业务", "understood": "我们了解到的情况", "wish": "您的诉求", "incident_on": "发生日期",
        "correct": "如有不符，请凭上面的编号联系受理渠道更正。",
        "missing": "请您补充", "offers": "处理结果", "open_until": "请在此之前答复",
        "safety": "可能有人身危险：我们最优先处理。如果您现在有危险，请先拨打报警或急救电话。",
        "unreached": "按您留下的方式没有联系上您，请提供其他联系方式。",
        "withdrawn": "您已要求撤回。涉及人身安全的，我们仍会继续处理。",
        "added": "您后来补充的次数", "none": "没有找到", "none_detail": "链接不完整，或不是我们发出的，请检查。",
        "gone": "已删除", "gone_detail": "应本人要求，相关信息已删除。",
        "later": "暂时无法查询", "later_detail": "现在无法查询，信息不会丢失，请一分钟后再试。",
    },
    "zh-Hant": {
        "accept": "接受", "refuse": "不接受", "choose": "選擇", "noted": "您的答覆已記錄。",
        "title": "您的投訴", "reference": "編號", "received": "收到時間", "expected": "預計答覆時間",
        "line": "業務", "understood": "我們了解到的情況", "wish": "您的訴求", "incident_on": "發生日期",
        "correct": "如有不符，請憑上面的編號聯絡受理管道更正。",
        "missing": "請您補充", "offers": "處理結果", "open_until": "請在此之前答覆",
        "safety": "可能有人身危險：我們最優先處理。如果您現在有危險，請先撥打報警或急救電話。",
        "unreached": "依您留下的方式沒有聯絡上您，請提供其他聯絡方式。",
        "withdrawn": "您已要求撤回。涉及人身安全的，我們仍會繼續處理。",
        "added": "您後來補充的次數", "none": "沒有找到", "none_detail": "連結不完整，或不是我們發出的，請檢查。",
        "gone": "已刪除", "gone_detail": "應本人要求，相關資料已刪除。",
        "later": "暫時無法查詢", "later_detail": "現在無法查詢，資料不會遺失，請一分鐘後再試。",
    },
}  # fmt: skip

WISHES: dict[str, dict[str, str]] = {
    "en": {},
    "zh-Hans": {
        "refund": "退款", "compensation": "赔偿", "fee_waiver": "减免费用", "coupon": "优惠券", "points": "积分",
        "free_service_time": "补学时或时长", "rebooking": "改签", "lodging": "住宿", "seat_change": "换座",
        "invoice": "发票", "credit_correction": "更正信用分", "repair": "维修", "exchange": "更换",
        "explanation": "解释", "apology": "道歉", "answer": "答复", "discipline": "处理责任人", "safety": "保障安全",
        "other": "其他",
    },
    "zh-Hant": {
        "refund": "退款", "compensation": "賠償", "fee_waiver": "減免費用", "coupon": "優惠券", "points": "點數",
        "free_service_time": "補學時或時長", "rebooking": "改簽", "lodging": "住宿", "seat_change": "換座",
        "invoice": "發票", "credit_correction": "更正信用分", "repair": "維修", "exchange": "更換",
        "explanation": "解釋", "apology": "道歉", "answer": "答覆", "discipline": "處理責任人", "safety": "保障安全",
        "other": "其他",
    },
}  # fmt: skip
