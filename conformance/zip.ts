import { crc32 } from 'node:zlib';

/** The smallest of what Lambda takes as code: an archive of one file that is not compressed. */
export function zipOf(name: string, content: string): Uint8Array {
  const [file, data] = [Buffer.from(name), Buffer.from(content)];
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  described(local, 4, { file, data });
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(0x0314, 4); // made on Unix, or the mode below is not read
  described(central, 6, { file, data });
  central.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + file.length, 12);
  end.writeUInt32LE(local.length + file.length + data.length, 16);
  return Buffer.concat([local, file, data, central, file, end]);
}

/** What stands of the file in both of its headers. */
function described(
  header: Buffer,
  at: number,
  { file, data }: { readonly file: Buffer; readonly data: Buffer },
): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(0x21, at + 8); // 1 January 1980: the same content is the same archive
  header.writeUInt32LE(crc32(data), at + 10);
  header.writeUInt32LE(data.length, at + 14);
  header.writeUInt32LE(data.length, at + 18);
  header.writeUInt16LE(file.length, at + 22);
}
