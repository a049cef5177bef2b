"""The read-me of every bundle. The same text in each: its digest stands in the entry that closes the bundle."""

READ_ME = """\
案卷证明包（BagIt 1.0，RFC 8493）

这个包里有一个案件的执法记录，以及能证明“记录没有被改动、没有被抽走”的材料。核验不需要信任出具这个包的机关，也不需要联网。

怎样核验
  一、装好 Python 3.9 以上版本，运行一次：  pip install cryptography
  二、在本文件夹里运行：                    python3 verify.py
      （没有解压也可以：                    python3 verify.py 包的文件名.zip）
  三、最后一行是“全部成立”，就是通过；是“不成立”，冒号后面就是第一个不对的文件和原因。
  更稳妥的做法：不用包里的 verify.py，从执法机关公示网站另外下载一份；它和包里的应当逐字节相同。

公钥从哪里来
  包里的 key 是日志的公钥。公钥要和公示网站上的、或者监督机关留存的、或者印在公报上的一致：
      python3 verify.py --key "公钥全文"
  手里有以前留存的检查点，可以一并核对日志没有被改写（需要联网）：
      python3 verify.py --log 网站地址/log/ --checkpoint 留存的检查点

包里有什么
  data/entries/    每一条记录一个文件：body 是内容，seed 是种子，entry 是记入公示日志的 33 个字节。
                   写着 fields 的，只出示了其中几项，其余没有出示；写着 deleted 的，内容已经依法删除，删除记载是后面的一条。
  data/proofs/     每一条记录在公示日志里的证明（C2SP tlog-proof）
  data/files/      文书、材料；data/media/ 录音录像。指纹（SHA-256）都写在记录里。
  stamps/          授时机构对日志检查点的时间戳（有的话）
  checkpoint       日志的签名检查点      key, policy   公钥和信任规则
  manifest-sha256.txt, tagmanifest-sha256.txt   所有文件的指纹

核验了什么
  1. 清单：文件一个不多，一个不少，一个字节没有变。
  2. 内容 → 条目：每一条的内容算出的条目和给出的一致。
  3. 条目 → 日志：每一条都在公示日志里，检查点的签名是日志的。
  4. 全案：序号从 1 起连续，每一条都接着上一条；最后一条是制作这个包的记载，所以后面也没有被截掉。
  5. 文件：每一个文件的指纹都写在某一条记录里；记录里写着而包里没有的，制作时就已经注明。
  公开版（节选）只有公示过的内容，不作第 4 项。

证明不了什么
  记录的内容是不是真的；有没有事情根本没有记。日志的先后是记录入库的先后，事情发生的时间是记录里写的。


CASE BUNDLE (BagIt 1.0, RFC 8493). To check it: Python 3.9 or newer, `pip install cryptography`, then `python3 verify.py` in this folder or
`python3 verify.py BUNDLE.zip`. Exit status 0 and "ALL HOLDS", or 1 and the first bad item by name. Better: use a copy of verify.py from the
agency's site. Compare `key` with the key published there, kept by the supervising bureau or printed in the gazette: --key "KEY".
"""
