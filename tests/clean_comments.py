"""Comments as readers of a newspaper write them, with nothing to hold: made from parts, the same ones every time.

The parts were written for words that a careless filter takes for insults, advertising or numbers of people: *các*,
*lớn*, *buổi*, *ngủ*, *đủ*, *con chó*, *Cát Bà*, prices, dates, decrees.
Two in five are typed without marks or in teencode.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from engagement_widgets.kernel.text import fold


@dataclass(frozen=True, slots=True)
class Topic:
    """What is said about one thing, and what is said next."""

    first: tuple[str, ...]
    then: tuple[str, ...]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


TOPICS = (
    Topic(
        _lines("""
        Cứ mỗi buổi sáng là đường Nguyễn Trãi kẹt cứng, các xe lớn chen với xe máy
        Từ Cầu Giấy về Hà Đông mất hơn một tiếng rưỡi, ngày mưa thì hai tiếng
        Các xe tải lớn chạy giờ cao điểm nguy hiểm quá
        Đoạn cao tốc Cam Lộ – La Sơn chỉ có hai làn thì đủ cho ai đi
        Xe buýt đông nghẹt, mấy cháu học sinh phải đu bám ngoài cửa
        Xe tải mất phanh, bác tài hãm bằng số mà cứu cả xe khách
        Đèn đỏ ngã tư này đếm 90 giây mà đèn xanh có 25 giây
        Phạt nguội biển số 30A-123.45 mà chủ xe bán từ năm 2019 rồi
        Tuyến metro số 1 chạy êm, vé 15.000 đồng là hợp lý
        Con đường trước nhà đào lên lấp xuống lần thứ năm trong năm
        Vỉa hè bị các quán chiếm hết, người đi bộ phải xuống lòng đường
        Tài xế buồn ngủ gật mà vẫn cố chạy thì tai nạn là đúng thôi
        Chạy 65 km/h trong khu dân cư là quá nhanh, không đùa được đâu
        """),
        _lines("""
        Mong các bác quản lý tính lại cho dân nhờ
        Nên làm đường riêng cho xe buýt như các nước lớn
        Ngồi trong xe mà điên cả đầu vì tiếng còi
        Đi bộ còn nhanh hơn, không đùa
        Cần lắp thêm đèn, buổi tối đoạn này tối om
        Cấm xe tải vào giờ tan học là việc phải làm ngay
        Ai cũng vội thì cuối cùng chẳng ai về sớm
        Nghị định 100/2019/NĐ-CP phạt nặng mà vẫn thấy người uống rượu lái xe
        """),
    ),
    Topic(
        _lines("""
        Nước lũ rút rồi nhưng bùn còn ngập đến đầu gối, các bác ở Lệ Thủy vất vả quá
        Thương bà con miền Trung, năm nào cũng bão chồng bão
        Mưa lớn suốt ba ngày, các hồ chứa đã đầy
        Xã mình mất điện từ đêm 12/10, sóng 4G cũng không có
        Bão số 6 vào Quảng Nam lúc 3 giờ sáng, gió giật cấp 12
        Đập xả lũ 2.500 m3/s mà chỉ báo trước có một giờ
        Đàn lợn nhà ngoại trôi hết, còn mỗi con chó leo được lên mái
        Các đoàn cứu trợ nên hỏi xã trước khi vào, mì tôm thì đủ rồi
        Sạt lở ở đèo Đại Ninh lớn lắm, đất còn đang lún
        Nhà tôi ở Cát Bà, gió mạnh cả đêm không ai ngủ được
        Lượng mưa đo được 478 mm trong 24 giờ
        Ruộng lúa đang trổ bông mà dính lụt thì coi như mất trắng
        """),
        _lines("""
        Cầu mong mọi người bình an
        Cần nhất bây giờ là nước sạch và thuốc men
        Cảm ơn các chú bộ đội đã đến sớm
        Giá như trồng lại rừng từ mười năm trước
        Xin đừng đăng tin giả lúc này, bà con hoang mang
        Đồng bào cả nước hướng về miền Trung
        Tàu xuồng đủ cả nhưng thiếu áo phao cho trẻ con
        Cụ bà 82 tuổi được đưa ra an toàn là mừng rồi
        """),
    ),
    Topic(
        _lines("""
        Lớp con tôi 52 cháu, cô giáo giỏi mấy cũng không kèm nổi
        Các trường ở Cần Thơ đã cho học sinh nghỉ buổi chiều
        Học thêm cả ngày, buổi tối con chỉ muốn ngủ
        Đề toán năm nay dài, câu 45 sai dữ kiện thì phải
        Điểm chuẩn ngành y 27,35 thì thủ khoa cũng run
        Đồng phục 350 nghìn một bộ mà vải mỏng dính
        Cháu nhà em học lớp 3 mà cặp nặng gần 5 kg
        Trường mới xây lớn và đẹp nhưng chưa có cây
        Mỗi buổi học 45 phút, giờ ra chơi 10 phút là quá ít
        Thầy cũ của tôi dạy môn Ngữ văn ở Đắk Lắk, thầy hiền lắm
        Cho các cháu ngủ trưa ở trường là đúng
        Phụ huynh nhắn trong nhóm lớp cả buổi đêm, cô nào chịu cho nổi
        """),
        _lines("""
        Học là để hiểu chứ không phải để thi
        Các em đã cố hết sức rồi, đừng trách nữa
        Mong bộ lắng nghe ý kiến của các thầy cô
        Tiền trường đầu năm cộng lại 4.350.000 đồng, đắt lắm
        Con cái học được đến đâu quý đến đó
        Con ngủ đủ giấc thì học mới vào
        Bậc cha mẹ cũng nên đọc sách cùng con
        Lương giáo viên mới ra trường 5,4 triệu thì sống sao đủ
        Cứ để trẻ lớn tự nhiên, chơi nhiều vào
        """),
    ),
    Topic(
        _lines("""
        Trận này đá hay, tỉ số 3-2 là xứng đáng
        Các cầu thủ trẻ đã lớn hơn nhiều so với SEA Games 31
        Thủ môn cản được ba quả mà vẫn thua 0-1, tiếc quá
        Trọng tài thổi phạt đền phút 90+4 thì chịu rồi
        Hàng thủ đá như đang ngủ, để thua hai bàn trong năm phút
        Cú sút từ 25 m đó đẹp nhất giải
        HLV thay người hơi muộn, phải đổi từ đầu hiệp hai
        Sân Mỹ Đình cỏ xấu quá, các cầu thủ trượt ngã liên tục
        Đội nữ đá đẹp, bóng lăn nhanh, kỷ luật tốt
        Xem ở quán cà phê với 30 anh em, vui điên luôn
        Ngoại binh cao 1m92 thì bóng bổng khó lắm
        Bảng xếp hạng: 12 trận, 27 điểm, hiệu số +14
        """),
        _lines("""
        Thua keo này bày keo khác
        Giữ vững tinh thần nhé các chàng trai
        Bỏ lỡ nhiều cơ hội quá, tiếc đứt ruột
        Cần một tiền đạo lớn, đá có lực
        Vé 200 nghìn mà ngồi tận góc, nhìn không ra số áo
        Cổ động viên văn minh, hát suốt 90 phút
        Mong giải nội địa sạch hơn, bớt cãi trọng tài
        Đá thế này thì vòng sau còn khó nữa
        """),
    ),
    Topic(
        _lines("""
        Giá thịt lợn lên 165.000 đồng/kg, đi chợ mà xót ruột
        Xăng tăng 540 đồng một lít từ 15 giờ chiều nay
        Căn hộ 62 m2 mà 3,8 tỷ, lương nào mua cho nổi
        Vàng miếng 87,5 triệu đồng/lượng, cao nhất các năm
        Tô phở 45.000đ, ly cà phê 29k, sáng nào cũng hết gần trăm
        Điện tháng này 1.284.000 đồng vì các phòng đều mở máy lạnh
        Mớ rau 15 nghìn, bó hành 5 nghìn, cái gì cũng đắt
        Chung cư cc tầng 12 giá 45tr/m2, phí gửi xe 120k
        Lãi suất tiết kiệm 4,7%/năm thì không bù nổi trượt giá
        Thuế đất phi nông nghiệp năm nay tôi nộp 312.600 đồng
        Gạo ST25 tăng từ 28.000 lên 34.500 đồng một kg
        Một lon bia giờ 20 nghìn, lon nước ngọt 12 nghìn
        """),
        _lines("""
        Lương thì đứng yên mà giá thì chạy
        Cần công khai chi phí để dân hiểu
        Người thu nhập thấp khổ nhất
        Bán lẻ lời bao nhiêu mà đổ hết cho người nuôi
        Các bà nội trợ tính từng đồng
        Mua ít đi một chút cũng đủ ăn
        Giá giảm thì chậm, giá tăng thì nhanh
        Theo Thông tư 38/2023/TT-BTC thì phải niêm yết giá
        """),
    ),
    Topic(
        _lines("""
        Bệnh viện lớn lúc nào cũng đông, chờ từ 4 giờ sáng
        Cúm A năm nay nặng, cả nhà tôi sốt 39,5 độ
        Ca sốt xuất huyết ở quận 8 tăng 35% so với tuần trước
        Bác sĩ trẻ trực 24 giờ, mệt mà vẫn cười với bệnh nhân
        Mỡ máu cao thì bớt nội tạng, uống đủ nước, ngủ đủ giấc
        Mẹ tôi mổ mắt ở Huế, các y tá rất tử tế
        Thẻ bảo hiểm y tế đi khám trái tuyến được 40%
        Đau dạ dày thì đừng thức khuya, ngủ sớm đi
        Huyết áp 145/95 là phải đi khám ngay nhé mọi người
        Vắc xin H5N1 đã thử xong giai đoạn 2 chưa
        Chó nhà hàng xóm cắn bé, may là đã tiêm dại rồi
        Buồng bệnh sạch, nhà vệ sinh cũng sạch, đáng khen
        """),
        _lines("""
        Sức khỏe là vốn quý nhất
        Các cụ lớn tuổi nên đi khám hai lần mỗi năm
        Cần thêm giường chứ không phải thêm sảnh
        Mong cháu bé sớm khỏe
        Cảm ơn các bác sĩ đã cứu bà tôi
        Rửa tay, đeo khẩu trang, đừng chủ quan
        Thuốc nào cũng phải hỏi bác sĩ, đừng nghe lời đồn
        Trạm y tế xã mà đủ thuốc thì dân đỡ phải lên tỉnh
        """),
    ),
    Topic(
        _lines("""
        Chó đẻ 5 con hôm qua, ai xin thì ghé nhà mình
        Con chó này dễ thương, giống chó Phú Quốc phải không
        Con chó nhà tôi 11 tuổi, ngoan lắm, ai về cũng mừng
        Mèo mướp bắt chuột giỏi, chó thì giữ nhà
        Trông con chó con này thương quá, ai nuôi được thì nhận nhé
        Vườn quốc gia Cát Tiên thả 12 cá thể tê tê
        Cá lóc, cá lăng sông Sê San ngon có tiếng
        Lũ chim về làm tổ trước hiên, sáng hót inh ỏi
        Các loài rùa lớn đang ít dần ở vịnh
        Vịt trời, ngỗng, cò bay kín đồng vào buổi chiều
        Đàn bò nhà bác Lộc lên đồi ăn cỏ, chiều tự về chuồng
        Dắt chó đi dạo nên đeo rọ mõm, đừng chủ quan
        Lợn rừng phá rẫy sắn, bà con thức canh cả đêm
        Ong mật Đắk Nông năm nay ít hoa nên ít mật
        """),
        _lines("""
        Yêu thương loài vật thì đời vui hơn
        Ai bắt trộm chó phải phạt thật nặng
        Nuôi thì phải tiêm phòng, dọn vệ sinh
        Trẻ con lớn lên cùng con vật thì biết thương
        Rừng còn thì loài vật còn
        Cứ cắm mặt vào điện thoại thì biết gì về chim chóc
        Mong các cháu được nhìn thấy voi thật chứ không phải trong sách
        Chụp ảnh đẹp quá, máy gì vậy bạn
        """),
    ),
    Topic(
        _lines("""
        Cuối tuần nhà mình ra Cát Bà, đi cáp treo rồi tắm biển Cát Cò
        Đà Lạt mùa này lạnh, sáng 14 độ, buổi tối 12 độ
        Từ Cần Thơ đi Phú Quốc bay 50 phút, vé 890k
        Bún cá Quy Nhơn 25.000 đồng một tô, đầy đủ chả cá
        Phố cổ Hội An đông quá, các hàng quán hét giá
        Leo Fansipan lúc bé, giờ lớn đi cáp treo
        Chợ nổi Cái Răng giờ ít ghe, buồn quá
        Nghệ An có món lươn cháo ngon nhất, bánh mướt cũng ngon
        Buôn Ma Thuột, Đắk Lắk mùa cà phê nở hoa trắng đồi
        Tàu SE3 đi từ 19 giờ 20 đến nơi 6 giờ, ngủ một giấc là đến
        Khách sạn 4 sao mà phòng như cái hộp, 20 m2
        Tọa độ 16.0544, 108.2022 là bãi đỗ xe miễn phí nhé
        """),
        _lines("""
        Dịp lễ mà đi là chịu chen, nên chọn ngày thường
        Đồ ăn ở đó rẻ và ngon
        Rác nhiều quá, mong mọi người có ý thức
        Rác rưởi khắp bãi biển, thức ăn rơi vãi trên cát
        Nhà nghỉ nhỏ mà chủ dễ thương, sẽ quay lại
        Làm du lịch thì phải giữ lời
        Các bạn nhớ mang áo ấm, đêm lạnh lắm
        Không cần đi xa, quanh mình nhiều chỗ đẹp
        Cảm ơn bài viết, đủ thông tin để đi rồi
        """),
    ),
    Topic(
        _lines("""
        Phim hay, đoạn cuối hai chị em gặp lại tôi khóc luôn
        Ca sĩ hát live lệch tông mấy câu nhưng nhiệt
        Sách của bác Vượng đọc buổi tối là hết muốn ngủ
        Chương trình này 20 giờ mới chiếu, muộn cho các cháu
        Bức tranh lớn 3 x 5 m vẽ trong hai năm
        Đĩa nhạc cũ của cha tôi vẫn nghe được, tiếng ấm
        Diễn viên nói nhỏ quá, nhạc nền thì lớn
        Cặp đôi này diễn hợp nhau, xem cười điên đảo
        Tập 24 kéo dài lê thê, đạo diễn cần cắt bớt
        Vở cải lương này tôi xem năm 1987, giờ xem lại vẫn xúc động
        Game này nhẹ, máy cũ chơi vẫn mượt
        Show diễn áo dài ở Huế đẹp như mơ
        """),
        _lines("""
        Mong có phần hai
        Nội dung cũ nhưng diễn có hồn
        Lời thoại tự nhiên, không lên gân
        Vé 95k là đáng tiền
        Đọc xong thấy yêu đời hơn
        Hồi đó nghèo mà vui, lớn lên mới hiểu
        Người cũ cảnh cũ, nhớ quá
        Mấy bạn trẻ giờ giỏi thật, tự viết tự hát
        """),
    ),
    Topic(
        _lines("""
        Điện thoại 4G rồi 5G mà vào thang máy là mất sóng
        Cập nhật xong máy nóng ran, pin tụt 20% trong một giờ
        Các ngân hàng nên có nút khóa thẻ thật lớn trong ứng dụng
        Cạc màn hình cũ vẫn chơi được, không cần mua mới
        Zalo mình bị lỗi từ sáng, cài lại vẫn không được
        Mạng chậm từ 19 giờ đến 22 giờ, gọi tổng đài 1900 1234 thì bận
        AI viết bài thì nhanh nhưng phải có người kiểm lại
        Dịch vụ công làm trên mạng, tôi nộp buổi sáng, chiều có kết quả
        Ứng dụng bắt nhập số điện thoại, e-mail, đủ thứ thông tin
        Cảnh báo lừa đảo thế này là cần, bà con đọc kỹ
        Vệ tinh nặng 570 kg, bay cách trái đất 512 km
        Laptop 14,9 triệu, RAM 16 GB, dùng cho con học là đủ
        Bàn phím kẹt phím c, gõ mãi mới được chữ các
        """),
        _lines("""
        Công nghệ phải dễ cho người già
        Bảo mật kém thì mất hết
        Đổi mật khẩu đi các bác
        Người lớn tuổi như tôi phải nhờ cháu
        Hàng trong nước làm được thế là mừng
        Ai lừa đảo thì pháp luật xử
        Đừng bấm vào liên kết lạ, cứ gọi 113
        Bài viết kỹ, có số liệu, đáng đọc
        """),
    ),
    Topic(
        _lines("""
        Luật Đất đai số 31/2024/QH15 có hiệu lực từ 01/8/2024
        Nghị định 147/2024/NĐ-CP yêu cầu xác thực tài khoản
        Làm căn cước cho con mất 15 phút, cán bộ nhẹ nhàng
        Hồ sơ trả lời đúng hẹn, không phải chờ buổi thứ hai
        Phường mình có 12.345 hộ mà chỉ có 9 cán bộ
        Đền bù 2.150.000 đồng/m2 thì người dân thiệt
        Họp tổ dân phố buổi tối, các cụ đến đủ
        Lãnh đạo nói đi đôi với làm thì dân tin
        Con dấu, chữ ký, bản sao: ba lần đi mới xong
        Chợ Lớn sửa xong đẹp, nhưng các sạp phía sau vắng khách
        Quyết định 1719/QĐ-TTg dành vốn cho vùng cao
        Bỏ cấp huyện rồi, người già đi xa làm giấy tờ thế nào
        """),
        _lines("""
        Công khai thì mọi người cùng theo dõi được
        Ý kiến của dân phải được trả lời
        Cần nói dễ hiểu, đừng dùng từ to tát
        Đề nghị báo theo dõi tiếp vụ này
        Làm đúng thì chẳng sợ ai nói
        Cán bộ cũng là con em mình cả
        Việc nhỏ mà làm tốt thì dân nhớ lâu
        Đã hứa thì phải làm cho đủ
        """),
    ),
    Topic(
        _lines("""
        Bà nội tôi 90 tuổi vẫn tự nấu cơm, các cháu về là vui
        Vợ chồng trẻ cãi nhau vài câu là chuyện thường
        Con lớn thì học xa, con bé thì còn đang ngủ với mẹ
        Cha mẹ đã lớn tuổi, cuối tuần nên về thăm
        Chị dâu tôi người Cà Mau, nấu lẩu mắm ngon
        Anh trai làm ở Bình Dương, buổi đêm tăng ca đến 22 giờ
        Nhà có năm người mà mỗi người một cái điện thoại
        Dạy con không phải là quát mắng
        Ông ngoại cho tôi cái lồng chim cũ, quý lắm
        Nuôi hai đứa con ở thành phố, mỗi tháng 18 triệu vẫn không đủ
        Đi làm về là cắm cơm, giặt đồ, dọn nhà, ai cũng mệt
        Bố mày mò sửa cái quạt cả buổi chiều cho con
        """),
        _lines("""
        Gia đình là nơi để về
        Thương mẹ cả đời tần tảo
        Vợ đẹp con khôn là do tu nhiều kiếp
        Mỗi người nhịn một câu là êm
        Đọc mà cay mắt
        Có con rồi mới hiểu lòng cha mẹ
        Chúc cả nhà bình an, đủ đầy
        Đừng so con mình với con người ta
        """),
    ),
    Topic(
        _lines("""
        Trồng sầu riêng ở Krông Pắc giờ nhà nào cũng có xe
        Lúa hè thu năm nay được mùa, 6,8 tấn/ha
        Cà phê 118.000 đồng/kg mà nhà tôi đã bán từ lúc 60.000
        Rau trồng trên sân thượng, sâu cứ ăn hết lá lớn
        Ngư dân Lý Sơn ra khơi từ 2 giờ sáng
        Vải thiều Lục Ngạn đầu mùa 55k/kg, ngọt lịm
        Máy cày lớn không vào được ruộng nhỏ
        Lợn chết vì dịch, cả xã tiêu hủy 1.240 con
        Phân bón đắt gấp đôi, thuốc trừ sâu cũng tăng
        Nuôi tôm mà nước mặn 25 phần nghìn là tôm chậm lớn
        Làm nông giờ phải biết bán hàng qua mạng
        Hồ tiêu chết nhanh, cả vườn 500 trụ còn 80
        Trứng cút 1.000 đồng một quả, chim cút quay ngon
        Tàu cá đã về bờ an toàn, 14 thuyền viên khỏe mạnh
        """),
        _lines("""
        Được mùa mất giá, được giá mất mùa
        Nông dân cần vốn và cần đầu ra
        Hỗ trợ vốn cho bà con làm ăn là đúng
        Cần nhà máy chế biến ngay tại huyện
        Làm sạch thì người mua mới tin
        Các hợp tác xã phải đứng ra
        Đất bạc màu rồi, phải cho đất nghỉ
        Cảm ơn bà con đã làm ra hạt gạo
        """),
    ),
    Topic(
        _lines("""
        Tuyến bài này công phu, phóng viên đi đủ các nơi
        Tít hơi giật, đọc xong thì nội dung lại khác
        Ảnh đẹp, chú thích rõ ràng
        Báo nên mở thêm mục cho người cao tuổi, chữ lớn
        Tác giả viết gọn mà đủ ý
        Tôi đọc báo này từ hồi còn báo giấy, năm 1996
        Số liệu ở bảng 2 sai: 1.250 + 980 phải là 2.230
        Đọc đi đọc lại vẫn không hiểu các chuyên gia muốn nói gì
        Bình luận lịch sự thế này đọc mới vui
        Bài phỏng vấn hay, hỏi trúng điều mọi người quan tâm
        Xin tòa soạn viết tiếp về con kênh này
        Clip dài 3 phút 20 giây, tua đến 1:45 là thấy
        """),
        _lines("""
        Cảm ơn báo đã lên tiếng
        Mong có bài tiếp theo
        Thông tin như vậy là đủ và đúng
        Tôi không đồng ý nhưng tôn trọng ý kiến tác giả
        Nói có sách, mách có chứng
        Đọc buổi sáng thấy ấm lòng
        Nên hỏi thêm ý kiến các bên
        Chia sẻ cho mọi người cùng đọc
        """),
    ),
)
OPENINGS = _lines("""
    Theo tôi thì thế này:
    Đúng quá!
    Nói thật,
    Xin góp một ý:
    Đồng ý với bạn ở trên.
    Haizz,
    Các bác cho hỏi,
    Chào cả nhà,
    Ơ kìa,
    Công nhận,
    Không hiểu sao
    Mình ở gần đó nên biết:
    Update:
    Thú thực
    Buồn cười thật,
    """)
CLOSINGS = _lines("""
    Cảm ơn mọi người.
    Vậy thôi!
    Thật đấy.
    Buồn ngủ quá, mai đọc tiếp.
    Các bạn thấy sao?
    Mong sớm có kết quả.
    Chúc cả nhà ngủ ngon.
    Hết ý kiến :))
    Like mạnh!
    Đáng suy nghĩ.
    Ai có cách hay hơn không?
    Rất mong được hồi âm.
    Xin hết.
    Đủ rồi, đừng cãi nhau nữa.
    Thương lắm các em ơi.
    Ok nhé!
    Hy vọng lớn lắm.
    Ngày mai lại là một ngày mới.
    Hay quá 👏👏
    Tốt!
    """)
TEENCODE = {
    "không": "ko",
    "được": "đc",
    "gì": "j",
    "với": "vs",
    "quá": "wá",
    "rồi": "r",
    "vậy": "z",
    "bạn": "b",
    "anh": "a",
    "em": "e",
    "tôi": "t",
    "mình": "mk",
    "cũng": "cg",
    "nhưng": "nhg",
    "người": "ng",
    "trước": "trc",
    "chị": "c",
    "luôn": "lun",
    "nhiều": "nhìu",
    "thôi": "thui",
    "và": "&",
    "biết": "bít",
    "bây": "bh",
    "này": "nì",
    "yêu": "iu",
    "thích": "thík",
    "chuyện": "chiện",
    "đồng": "đ",
    "mọi": "mn",
    "đẹp": "đẹpppp",
    "lắm": "lắmmm",
    "ngon": "ngonnn",
}
SMILES = (" =))", " :)))", " hihi", " kkk", " ^^", " 😂😂", " :v", " ahihi", " haha", "!!!", "...", " T.T")


def clean_comments(count: int, seed: int = 1) -> Iterator[str]:
    """So many different ones; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  (the same ones every time)
    seen: set[str] = set()
    while len(seen) < count:
        text = _typed(_comment(chance), chance)
        if text not in seen:
            seen.add(text)
            yield text


def _comment(chance: random.Random) -> str:
    topic = chance.choice(TOPICS)
    parts = [chance.choice(topic.first) + chance.choice((".", ".", "!", " ạ.", " đó."))]
    if chance.random() < 0.5:
        parts.insert(0, chance.choice(OPENINGS))
    if chance.random() < 0.8:
        parts.append(chance.choice(topic.then) + chance.choice((".", ".", "!", ", đúng không?", "...")))
    if chance.random() < 0.5:
        parts.append(chance.choice(CLOSINGS))
    return chance.choice((" ", " ", " ", "\n")).join(parts)


def _typed(text: str, chance: random.Random) -> str:
    manner = chance.random()
    if manner < 0.6:
        return text
    if manner < 0.63:
        return text.upper()
    if manner < 0.85:
        return "\n".join(fold(line) for line in text.split("\n"))
    words = [TEENCODE.get(word, word) if chance.random() < 0.7 else word for word in text.lower().split(" ")]
    return " ".join(words) + chance.choice(SMILES)
