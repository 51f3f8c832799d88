<?php
require __DIR__ . '/../../docs/integrating/verify.php';
header('Content-Type: application/json');
echo json_encode(['subject' => $oauth10['subject'], 'body' => file_get_contents('php://input')]);
