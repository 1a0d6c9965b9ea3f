// The page of the 情報係: geodata in, and which layers are in force.
import './admin.css';
import { importForm } from './admin/choosing.js';
import { Shelf } from './admin/shelf.js';
import { whenPresent } from './dom.js';
import { startPlain } from './shell.js';

async function start() {
  await startPlain();
  const shelf = new Shelf(await whenPresent('admin-shelf'));
  importForm(await whenPresent('admin-import'), shelf);
  await shelf.read();
}

start();
