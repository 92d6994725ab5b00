"""What the survey's page says, in plain words: prose for people, in three scripts."""

LABELS: dict[str, dict[str, str]] = {
    "en": {
        "title": "How did we do?", "reference": "Reference", "ask": "How well was your complaint handled?",
        "least": "0: not at all", "most": "100: very well", "thanks": "Thank you",
        "noted": "Your answer is noted.", "noting": "Thank you",
        "noting_detail": "Your answer has arrived and is being noted.", "conflict": "Answered before",
        "conflict_detail": "You answered this before, and that answer stands.",
        "again": "If it is not put right, you can have it looked at again within 30 days: by the link of your "
                 "complaint, or where you told it.",
        "none": "There is nothing here", "none_detail": "The link is not complete, or not ours. Please check it.",
        "gone": "Erased", "gone_detail": "This was erased at the person's wish.",
        "later": "Not just now", "later_detail": "We cannot note this at the moment. Please try again in a minute.",
    },
    "zh-Hans": {
        "title": "请您评价", "reference": "编号", "ask": "您对这次投诉的处理满意吗？",
        "least": "0 分：很不满意", "most": "100 分：非常满意", "thanks": "谢谢您",
        "noted": "您的评分已记录。", "noting": "谢谢您", "noting_detail": "您的评分已收到，正在记录。",
        "conflict": "已经评价过", "conflict_detail": "您之前已经评分，以那次为准。",
        "again": "如果问题仍未解决，30 天内可以要求重新处理：打开投诉进度链接，或联系原受理渠道。",
        "none": "没有找到", "none_detail": "链接不完整，或不是我们发出的，请检查。",
        "gone": "已删除", "gone_detail": "应本人要求，相关信息已删除。",
        "later": "暂时无法提交", "later_detail": "现在无法记录，请一分钟后再试。",
    },
    "zh-Hant": {
        "title": "請您評價", "reference": "編號", "ask": "您對這次投訴的處理滿意嗎？",
        "least": "0 分：很不滿意", "most": "100 分：非常滿意", "thanks": "謝謝您",
        "noted": "您的評分已記錄。", "noting": "謝謝您", "noting_detail": "您的評分已收到，正在記錄。",
        "conflict": "已經評價過", "conflict_detail": "您之前已經評分，以那次為準。",
        "again": "如果問題仍未解決，30 天內可以要求重新處理：打開投訴進度連結，或聯絡原受理管道。",
        "none": "沒有找到", "none_detail": "連結不完整，或不是我們發出的，請檢查。",
        "gone": "已刪除", "gone_detail": "應本人要求，相關資料已刪除。",
        "later": "暫時無法送出", "later_detail": "現在無法記錄，請一分鐘後再試。",
    },
}  # fmt: skip
