"""The same said in Hong Kong, in Taiwan and in Beijing: what is learned of one counts for all."""

# Already simplified; every word is as long as the one in its place, so that places in a text stay what they are.
_CHARACTERS = str.maketrans(
    "唔冇咗嘅佢喺啲揸攞睇畀俾嚟瞓哋嗰煞嗌仲咁攰郁軚嘢惊冧撼乜" + "123456789",
    "不没了的他在些开拿看给给来睡们那刹喊还这累动舵事怕塌撞么" + "000000000",
)
_WORDS = {
    "而家": "现在",
    "依家": "现在",
    "屋企": "家里",
    "落车": "下车",
    "细路": "小孩",
    "迫力": "刹车",
    "返工": "上班",
    "倾偈": "聊天",
    "边个": "哪个",
    "点解": "为何",
    "的士": "出租",
    "巴士": "公交",
    "公车": "公交",
    "机车": "摩托",
    "捷运": "地铁",
    "讯息": "信息",
    "影片": "视频",
    "运将": "司机",
    "跌倒": "摔倒",
    "师奶": "大妈",
    "阿嬷": "奶奶",
    "阿嫲": "奶奶",
    "单车": "车子",
    "尿袋": "电宝",
    "旅馆": "酒店",
    "屋主": "房东",
    "房主": "房东",
    "货柜": "货车",
    "计程车": "出租车",
    "脚踏车": "自行车",
    "曳引机": "拖拉机",
    "游览车": "大巴车",
    "警卫室": "保安室",
    "行动电源": "充电宝宝",
}


def in_one(text: str) -> str:
    """A comparable text with the words of one place and every digit a 0; of the same length."""
    text = text.translate(_CHARACTERS)
    if text.isascii():
        return text
    for word, same in _WORDS.items():
        if word in text:
            text = text.replace(word, same)
    return text
