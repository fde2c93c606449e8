package main

// unpack reads a block of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), the format in which Firefox saves its tabs.
func unpack(block []byte) (text []byte) {
	length := func(n int) int {
		for more := byte(255); n >= 15 && more == 255; block = block[1:] {
			more = block[0]
			n += int(more)
		}
		return n
	}
	for len(block) > 0 {
		token := block[0]
		block = block[1:]
		literals := length(int(token >> 4))
		text = append(text, block[:literals]...)
		if block = block[literals:]; len(block) == 0 {
			break
		}
		back := int(block[0]) | int(block[1])<<8
		block = block[2:]
		for range length(int(token&15)) + 4 {
			text = append(text, text[len(text)-back])
		}
	}
	return text
}
